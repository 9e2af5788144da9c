/** The console's connection: what is kept of it and what is not, who may change it, and how it is given up. */
import assert from 'node:assert/strict';
import { BOTH, consoleSuite } from '../support/console.mjs';
import { eventually } from '../support/expect.mjs';
import { PARTNER } from '../support/samples.mjs';

const TOKEN = 'open-sesame';

/** Everything that the page keeps and shows, as one text. */
function everything({ page }) {
  return page.evaluate(() =>
    JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      location.href,
      history.state,
      document.body.textContent,
    ]),
  );
}

consoleSuite('the connection of the console', BOTH, (scenario) => {
  scenario('what the package refuses is neither kept nor shown', { failures: true }, async (ui) => {
    const { emulator, page } = ui;
    await ui.see('[data-image]');
    const place = await ui.texts('[data-test=place]');
    for (const secret of ['user:PASSW0RD@', 'nobody:PASSW0RD@']) {
      await ui.go('/connection/settings');
      await ui.type('input[name=endpoint]', `${emulator.ims.replace('//', `//${secret}`)}/?key=PASSW0RD`);
      await ui.click('[data-test=connect]');
      await ui.shows('[data-test=connection-form] [data-test=error]', /endpoint/);
      assert.equal(await page.$('[data-test=find-out]'), null, 'it is known what is wrong');
      assert.ok(!(await everything(ui)).includes('PASSW0RD'), await everything(ui));
    }
    assert.deepEqual(await ui.texts('[data-test=place]'), place);
    // Nor what an earlier version of the page has kept.
    await page.evaluate((ims) => {
      const endpoint = ims.replace('//', '//user:PASSW0RD@');
      localStorage['ims-console.connection'] = JSON.stringify({ endpoint, region: 'r', authType: 'none' });
    }, emulator.ims);
    await page.reload();
    await ui.see('[data-test=place]');
    assert.deepEqual(await ui.texts('[data-test=place]'), place);
  });

  scenario('what fails is found out about, and what works stays', { failures: true }, async (ui) => {
    const { page } = ui;
    await ui.see('[data-image]');
    const place = await ui.texts('[data-test=place]');
    const kept = await page.evaluate(() => ({ ...localStorage }));
    await ui.go('/connection/settings');
    await ui.type('input[name=region]', 'region9');
    await ui.click('[data-test=connect]');
    await ui.click('[data-test=find-out]');
    await ui.shows('[data-test=doubted]', /not connected to it/);
    await ui.click('[data-test=diagnose]');
    await ui.see('[data-test=verdict][data-ok=false]');
    await ui.see('[data-test=check][data-check=region][data-ok=false]');
    assert.deepEqual(await ui.texts('[data-test=place]'), place);
    assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), kept);
    // What was typed can be mended.
    await ui.click('[data-test=tab-settings]');
    await ui.see('input[name=region]');
    assert.equal(await page.$eval('input[name=region]', ({ value }) => value), 'region9');
    await ui.click('[data-test=tab-diagnosis]');
    await ui.click('[data-test=doubt-no-more]');
    await ui.click('[data-test=diagnose]');
    await ui.see('[data-test=verdict][data-ok=true]');
    await ui.click('[data-test=nav-private]');
    await ui.see('[data-image]');
  });

  scenario('a token is taken away', { failures: true, flags: ['--token', TOKEN] }, async (ui) => {
    const { page } = ui;
    await ui.type('input[name=token]', TOKEN);
    await ui.click('[data-test=connect]');
    await ui.see('[data-image]');
    await ui.go('/connection/settings');
    await ui.choose('[data-test=auth-type]', 'none');
    await ui.click('[data-test=connect]');
    await ui.click('[data-test=find-out]');
    await ui.click('[data-test=tab-settings]');
    await ui.choose('[data-test=auth-type]', 'token');
    await ui.see('input[name=token]');
    assert.equal(await page.$eval('input[name=token]', ({ value }) => value), '', 'it does not come back');
    await ui.click('[data-test=disconnect]');
    await ui.gone('[data-test=place]');
    const values = await page.$$eval('input', (inputs) => inputs.map(({ value }) => value));
    assert.ok(!values.includes(TOKEN), values.join());
    await ui.go('/private');
    await ui.see('[data-test=first-connection]');
    await ui.type('input[name=token]', TOKEN);
    await ui.click('[data-test=connect]');
    await ui.see('[data-image]');
  });

  scenario('each tab keeps its tenant', {}, async (ui) => {
    await ui.lists('private', await ui.texts('[data-image]'));
    await ui.see('[data-image]');
    const mine = await ui.page.$eval('[data-test=tenant]', ({ value }) => value);
    const other = await ui.another('/private');
    await other.page.bringToFront();
    await other.choose('[data-test=tenant]', PARTNER.tenant);
    await other.lists('private', ['partner appliance']);
    await other.page.reload();
    await other.lists('private', ['partner appliance']);
    await ui.page.bringToFront();
    await ui.page.reload();
    await ui.see('[data-image=img-demoprivate001]');
    assert.equal(await ui.page.$eval('[data-test=tenant]', ({ value }) => value), mine);
    other.assertQuiet();
  });
});

// What it does is the same in every browser; answering in the place of a server is not.
consoleSuite('what a deployment of the console says', ['chromium'], (scenario) => {
  scenario(
    'reaches those who were there before, unless they typed something else',
    { failures: true },
    async (ui) => {
      const { page } = ui;
      let config = { endpoint: '/one', region: 'region0', authType: 'none' };
      await page.setRequestInterception(true);
      page.on('request', (request) => {
        const { pathname } = new URL(request.url());
        const answer = (body) =>
          request.respond({ contentType: 'application/json', body: JSON.stringify(body) });
        if (pathname === '/config.json') return void answer(config);
        if (pathname.includes('/api/')) return void answer({ code: 'Success', data: { list: [], total: 0 } });
        return void request.continue();
      });
      const visit = async (pattern) => {
        await page.reload();
        await ui.shows('[data-test=place]', pattern);
      };
      await visit(/^\/one/);
      config = { ...config, endpoint: '/two' };
      await visit(/^\/two/);
      // As the page kept it before it knew whether anybody had typed it.
      await page.evaluate(() => {
        localStorage['ims-console.connection'] = '{"endpoint":"/one","region":"region0","authType":"none"}';
      });
      await visit(/^\/two/);
      await ui.go('/connection/settings');
      await ui.type('input[name=endpoint]', '/mine');
      await ui.click('[data-test=connect]');
      await ui.shows('[data-test=place]', /^\/mine/);
      await visit(/^\/mine/);
      config = { ...config, endpoint: '/three' };
      await visit(/^\/three/);
      config = { ...config, authType: 'token' };
      await page.reload();
      await eventually(() => page.$('input[name=token]'), 'it asks for the token');
    },
  );
});
