/* The code of a scanned card stands behind the # of the address: into the field with it, and out of the address. */
(() => {
  "use strict";

  const field = document.querySelector("input[name=code]");
  const code = decodeURIComponent(window.location.hash.slice(1));
  if (!field || !/^[0-9A-Za-z-]{8,20}$/.test(code)) return;
  window.history.replaceState(null, "", window.location.pathname);
  if (!field.value) field.value = code;
})();
