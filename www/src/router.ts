/**
 * Which view stands at which address. The address is behind a #: the folder then works below any path of any server,
 * which needs no rule for deep links.
 */
import { createRouter, createWebHashHistory, type RouteComponent } from 'vue-router';
import { loadPart, PartError } from './composables/useParts';
import { awaitHeading } from './helpers/arrival';
import ImagesView from './views/ImagesView.vue';

/** A view that loads when it is gone to first. */
const view = (load: () => Promise<{ default: RouteComponent }>) => () => loadPart(load);

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: { name: 'private' } },
    { path: '/private', name: 'private', component: ImagesView, props: { kind: 'private' } },
    { path: '/public', name: 'public', component: ImagesView, props: { kind: 'public' } },
    { path: '/shared', name: 'shared', component: view(() => import('./views/SharedView.vue')) },
    {
      path: '/images/:imageId',
      name: 'image',
      component: view(() => import('./views/ImageView.vue')),
      props: true,
    },
    { path: '/import', name: 'import', component: view(() => import('./views/ImportView.vue')) },
    {
      path: '/connection/:tab(settings|diagnosis|requests|faults)?',
      name: 'connection',
      component: view(() => import('./views/ConnectionView.vue')),
      props: true,
    },
    { path: '/:rest(.*)', name: 'nowhere', component: view(() => import('./views/NotFoundView.vue')) },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
});

// Pages, filters, tabs and dialogs of a view leave the keyboard where it is; so does the first view of all.
router.afterEach((to, from, failure) => {
  const isOther = to.name !== from.name || to.params.imageId !== from.params.imageId;
  if (!failure && from.matched.length > 0 && isOther) awaitHeading();
});

// The page says it: one stays where one was, and may click again.
router.onError((error) => {
  if (!(error instanceof PartError)) console.error(error);
});
