/** The field of a form that an error refuses, in the reader's language. */
import { computed, type Ref } from 'vue';
import { fieldError } from '../helpers/errors';
import { useLanguage } from './useLanguage';

/** `refused` is undefined where the error is about no field that forms have: then it is shown as a whole. */
export function useRefused(error: Readonly<Ref<unknown>>) {
  const { text } = useLanguage();
  const refused = computed(() => {
    const found = fieldError(error.value, text.value);
    return found && Object.hasOwn(text.value.forms.fields, found.field) ? found : undefined;
  });
  const general = computed(() => (refused.value ? undefined : error.value));
  return { refused, general };
}
