{% autoescape off %}
/* Keeps the page of the door for a hall without network. Nothing of anybody is kept here: see door.js. */
"use strict";

const DOOR = {{ door }};
const FILES = {{ files }};
const CACHE = `door:${DOOR}:{{ version }}`;
const PATIENCE = 6000; // a network that answers no sooner is none

const keep = async (cache, url) => {
  const answer = await fetch(url, { credentials: "same-origin", cache: "no-cache" });
  if (answer.ok && !answer.redirected) await cache.put(url, answer);
};

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(CACHE);
    await Promise.allSettled(FILES.map((url) => keep(cache, url)));
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(`door:${DOOR}:`) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

const inTime = (request) => {
  const giveUp = new AbortController();
  const clock = setTimeout(() => giveUp.abort(), PATIENCE);
  return fetch(request, { signal: giveUp.signal }).finally(() => clearTimeout(clock));
};

const page = async (request) => {
  const cache = await caches.open(CACHE);
  try {
    const answer = await inTime(request);
    if (answer.ok && !answer.redirected) await cache.put(DOOR, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(DOOR);
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
