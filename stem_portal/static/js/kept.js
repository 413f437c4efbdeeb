/* What a phone at the door keeps (door.js), on every page of the portal.
   The list of the day belongs to a person and to a day of the portal's calendar: any page on which another person, or
   nobody, is signed in removes it, and so does the end of that day or of the session. A mark stays until the portal
   has taken it or somebody has settled it; it holds figures, numbers of pupils and its maker's given name. */
window.kept = (() => {
  "use strict";

  const LIST = "door:list";
  const MARK = "door:mark:";
  const FORGET_MARKS_AFTER = 30 * 24 * 3600 * 1000; // as the portal does

  // A browser that keeps nothing, or has no room left, has the page's own memory: enough while there is network.
  const memory = new Map();
  let store = null;
  try {
    store = window.localStorage;
  } catch {
    // Blocked by the person's settings.
  }
  const keys = () => [...(store ? Object.keys(store) : []), ...memory.keys()];
  const read = (key) => {
    try {
      return JSON.parse(memory.get(key) ?? store?.getItem(key) ?? null);
    } catch {
      return null;
    }
  };
  const remove = (key) => {
    memory.delete(key);
    store?.removeItem(key);
  };
  /** Whether it also stays when the page is closed. */
  const write = (key, value) => {
    const text = JSON.stringify(value);
    try {
      store.setItem(key, text);
      memory.delete(key);
      return true;
    } catch {
      memory.set(key, text);
      return false;
    }
  };

  // The portal's time: the device's clock may be wrong, and is measured whenever a list comes.
  let offset = read(LIST)?.offset ?? 0;
  const now = () => Date.now() + offset;

  const { user, day } = document.documentElement.dataset; // absent from the page that works offline
  const list = () => {
    const found = read(LIST);
    if (!found) return null;
    const another = user !== undefined && user !== found.user;
    const over = now() >= found.until || (day !== undefined && found.day < day);
    if (!another && !over) return found;
    remove(LIST);
    return null;
  };
  const keepList = (fresh) => {
    offset = fresh.now - Date.now();
    const stays = write(LIST, { ...fresh, offset });
    for (const mark of marks()) if (now() - mark.made_at > FORGET_MARKS_AFTER) forgetMark(mark.id);
    return stays;
  };
  const marks = () =>
    [...new Set(keys())]
      .filter((key) => key.startsWith(MARK))
      .map(read)
      .filter(Boolean)
      .sort((one, other) => one.made_at - other.made_at);
  const mark = (id) => read(MARK + id);
  const keepMark = (value) => write(MARK + value.id, value);
  const forgetMark = (id) => remove(MARK + id);

  const identifier = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  const device = () => {
    const known = read("door:device");
    if (known) return known;
    const made = identifier();
    write("door:device", made);
    return made;
  };

  list();
  window.addEventListener("pageshow", list);
  document.addEventListener("visibilitychange", list);
  document.addEventListener("submit", (event) => {
    // Not .action: a form may have a field of that name.
    if (event.target.getAttribute("action")?.includes("/accounts/logout/")) remove(LIST);
  });

  const forgetList = () => remove(LIST);
  const stays = () => Boolean(store) && memory.size === 0;
  return { now, list, keepList, forgetList, marks, mark, keepMark, forgetMark, identifier, device, stays };
})();
