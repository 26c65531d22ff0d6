/* Texts in the language of the page, in English where there is no translation. */
define(['text!./locales/en.json', 'text!./locales/de.json', 'text!./locales/sv.json'], function (en, de, sv) {
  'use strict';

  const locales = { en: JSON.parse(en), de: JSON.parse(de), sv: JSON.parse(sv) };
  const language = (document.documentElement.lang || navigator.language).slice(0, 2).toLowerCase();
  const texts = { ...locales.en, ...locales[language] };

  return function translate(key) {
    return texts[key] || key;
  };
});
