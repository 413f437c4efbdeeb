{% autoescape off %}
/* Keeps the page of the door for a hall without network. Nothing of anybody is kept here: see door.js. */
"use strict";

const DOOR = {{ door }};
const FILES = {{ files }};
const LASTING = {{ lasting }}; // never change under their address
const CACHE = `door:${DOOR}:{{ version }}`;
// The same worker serves the addresses of passes; there it keeps nothing.
const KEEPS = new URL(self.registration.scope).pathname === DOOR;
const PATIENCE = 6000; // a network that answers no sooner is none

const keep = async (cache, url) => {
  const known = LASTING.includes(url) && (await caches.match(url));
  const answer = known || (await fetch(url, { credentials: "same-origin", cache: "no-cache" }));
  if (!answer.ok || answer.redirected) throw new Error(`${url}: ${answer.status}`);
  await cache.put(url, answer);
};

// All files or none: until a new worker has everything, the old one goes on with what it kept.
self.addEventListener("install", (event) => {
  const fill = async () => {
    const whole = await caches.has(CACHE);
    const cache = await caches.open(CACHE);
    const results = await Promise.allSettled(FILES.map((url) => keep(cache, url)));
    const failed = results.find((result) => result.status === "rejected");
    if (!failed) return;
    if (!whole) await caches.delete(CACHE);
    throw failed.reason;
  };
  event.waitUntil((KEEPS ? fill() : Promise.resolve()).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    if (!KEEPS) return self.clients.claim();
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(`door:${DOOR}:`) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    return self.clients.claim();
  };
  event.waitUntil(tidy());
});

const inTime = (request) => {
  const giveUp = new AbortController();
  const clock = setTimeout(() => giveUp.abort(), PATIENCE);
  return fetch(request, { signal: giveUp.signal }).finally(() => clearTimeout(clock));
};

// The page is kept with its files when a worker is installed, and never alone: a newer page names newer files.
const page = async (request) => {
  try {
    return await inTime(request);
  } catch (error) {
    const kept = await caches.match(DOOR, { cacheName: CACHE });
    if (kept) return kept;
    throw error;
  }
};

// A pass that is scanned without network opens its group on this device's own list.
const pass = async (request, code) => {
  try {
    return await inTime(request);
  } catch {
    return Response.redirect(`${DOOR}#pass=${code}`, 302);
  }
};

const file = async (request) => {
  const kept = await caches.match(request, { cacheName: CACHE });
  return kept || fetch(request);
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const scanned = url.pathname.match(/^(?:\/[a-z]{2})?\/pass\/([0-9A-Z]+)\/$/);
  if (request.mode === "navigate" && scanned) event.respondWith(pass(request, scanned[1]));
  else if (request.mode === "navigate" && url.pathname === DOOR) event.respondWith(page(request));
  else if (request.mode === "navigate" || url.pathname === DOOR) return;
  else if (FILES.includes(url.pathname)) event.respondWith(file(request));
});
{% endautoescape %}
