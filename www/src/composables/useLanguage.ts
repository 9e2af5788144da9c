/** The page's language: the browser's at first, switchable, remembered. */
import enElement from 'element-plus/es/locale/lang/en';
import zhElement from 'element-plus/es/locale/lang/zh-cn';
import { computed, ref, watchEffect } from 'vue';
import { recall, remember } from '../helpers/memory';
import { en, type Text } from '../text/en';
import { zh } from '../text/zh';

export type Language = 'en' | 'zh';

const TEXTS: Record<Language, Text> = { en, zh };
const TAGS: Record<Language, string> = { en: 'en', zh: 'zh-CN' };
const KEY = 'language';

const language = ref<Language>(firstLanguage());
const text = computed(() => TEXTS[language.value]);
/** The tag that Intl and the html element take. */
const tag = computed(() => TAGS[language.value]);
/** The words of Element Plus's own components. */
const elementLocale = computed(() => (language.value === 'zh' ? zhElement : enElement));

watchEffect(() => {
  document.documentElement.lang = tag.value;
});

function firstLanguage(): Language {
  const kept = recall(KEY);
  if (kept === 'en' || kept === 'zh') return kept;
  const known = navigator.languages.find((wanted) => /^(zh|en)\b/i.test(wanted));
  return known?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

function switchLanguage() {
  language.value = language.value === 'en' ? 'zh' : 'en';
  remember(KEY, language.value);
}

/** One language for the whole page. */
export function useLanguage() {
  return { language, text, tag, elementLocale, switchLanguage };
}
