/**
 * Which view stands at which address. The address is behind a #: the folder then works below any path of any server,
 * which needs no rule for deep links.
 */
import { createRouter, createWebHashHistory } from 'vue-router';
import ImagesView from './views/ImagesView.vue';

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: { name: 'private' } },
    { path: '/private', name: 'private', component: ImagesView, props: { kind: 'private' } },
    { path: '/public', name: 'public', component: ImagesView, props: { kind: 'public' } },
    { path: '/shared', name: 'shared', component: () => import('./views/SharedView.vue') },
    {
      path: '/images/:imageId',
      name: 'image',
      component: () => import('./views/ImageView.vue'),
      props: true,
    },
    { path: '/import', name: 'import', component: () => import('./views/ImportView.vue') },
    {
      path: '/connection/:tab(settings|diagnosis|requests|faults)?',
      name: 'connection',
      component: () => import('./views/ConnectionView.vue'),
      props: true,
    },
    { path: '/:rest(.*)', name: 'nowhere', component: () => import('./views/NotFoundView.vue') },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
});
