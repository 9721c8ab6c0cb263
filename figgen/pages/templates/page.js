"use strict";

const searchWords = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
// Then a key is the browser's own.
const hasModifier = (event) => event.altKey || event.ctrlKey || event.metaKey;
