/** Where the page begins: styles in the order they overrule each other, then the application. */
import 'element-plus/theme-chalk/base.css';
import 'element-plus/theme-chalk/dark/css-vars.css';
import 'element-plus/es/components/button/style/css';
import 'element-plus/es/components/message/style/css';
import './theme.css';
import './page.css';
import { createApp } from 'vue';
import App from './App.vue';
import { PartError } from './composables/useParts';
import { keepKeyboardPlace } from './helpers/keyboard-place';
import { router } from './router';

const app = createApp(App).use(router);
app.config.errorHandler = (error) => {
  // The page says it.
  if (!(error instanceof PartError)) console.error(error);
};
app.mount('#app');
keepKeyboardPlace();
