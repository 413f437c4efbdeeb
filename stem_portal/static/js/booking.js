/* Fills in the number of pupils of the chosen class and the adults that it needs, until the teacher types. */
(() => {
  "use strict";

  const select = document.querySelector("[name=class_group]");
  const pupils = document.querySelector("[name=pupils]");
  const adults = document.querySelector("[name=adults]");
  if (!select || !pupils || !adults) return;

  // By the level of the chosen class; until one is chosen, the strictest of them.
  const perAdult = () =>
    Number(select.selectedOptions[0]?.dataset.pupilsPerAdult) || Number(adults.dataset.pupilsPerAdult) || 1;
  const filledIn = new Map(); // field -> the value that we wrote; another value is the teacher's own

  const fill = (field, value) => {
    const ours = field.value === "" || field.value === filledIn.get(field);
    if (!ours || !value) return;
    field.value = String(value);
    filledIn.set(field, field.value);
  };
  const fillAdults = () => {
    const count = /^[0-9]{1,4}$/.test(pupils.value.trim()) ? Number(pupils.value) : 0;
    fill(adults, count ? Math.ceil(count / perAdult()) : 0);
  };

  const chosenCount = () => select.selectedOptions[0]?.dataset.pupils;
  if (pupils.value === chosenCount()) filledIn.set(pupils, pupils.value);
  if (adults.value === String(Math.ceil(Number(pupils.value) / perAdult()))) filledIn.set(adults, adults.value);

  select.addEventListener("change", () => {
    fill(pupils, Number(chosenCount()));
    fillAdults();
  });
  pupils.addEventListener("input", fillAdults);
})();

/* The portal's clock, which alone counts. When booking opens, the button that kept a draft books. */
(() => {
  "use strict";

  const clock = document.querySelector("[data-clock]");
  if (!clock) return;
  const ahead = Number(clock.dataset.clock) * 1000 - Date.now();
  const opens = Number(clock.dataset.opens) * 1000;
  const digits = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const words = new Intl.DateTimeFormat("vi", { ...digits, timeZone: "Asia/Ho_Chi_Minh" });

  const tick = () => {
    const now = Date.now() + ahead;
    clock.textContent = words.format(now);
    const button = document.querySelector("button[name=draft]");
    if (button && now > opens + 1000) {
      button.removeAttribute("name");
      button.textContent = clock.dataset.openWords;
      document.querySelector("main .alert.wait")?.remove();
    }
  };
  tick();
  setInterval(tick, 1000);
})();
