/* Check-in in a hall without network. What stays on this device is kept.js's; how marks of two devices are put
   together is decided by the portal alone (programs/visit_days/rules.py). */
(() => {
  "use strict";

  const door = document.getElementById("door");
  if (!door || !window.kept) return;
  const kept = window.kept;
  const at = (name) => document.getElementById(`door-${name}`);
  const words = door.dataset;
  const PATIENCE = 10000;
  const { list, marks } = kept;
  const refill = (box, rows) => {
    box.textContent = "";
    box.append(...rows);
  };

  // --- The line to the portal -------------------------------------------------------------------
  let csrf = "";
  let online = navigator.onLine;
  let busy = false;
  let answered = false; // an exchange came to its end, so that there is something to say of the line
  let heard = false; // the portal gave its list, so that it has what is not kept here

  const ask = async (url, options = {}) => {
    const giveUp = new AbortController();
    const clock = setTimeout(() => giveUp.abort(), PATIENCE);
    try {
      const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", signal: giveUp.signal, ...options });
      const isData = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      // A page instead of data: led to the sign-in page, or somebody between here and the portal answered.
      if (!isData && !answer.redirected && (answer.ok || answer.status >= 500)) throw new Error(`no portal: ${answer.status}`);
      return { status: !isData && answer.redirected ? 401 : answer.status, data: isData ? await answer.json() : null };
    } finally {
      clearTimeout(clock);
    }
  };
  const keepList = ({ csrf: secret, ...fresh }) => {
    csrf = secret;
    kept.keepList(fresh);
  };
  const loadList = async () => {
    const { status, data } = await ask(words.list);
    at("sign-in").hidden = status !== 401;
    if (status === 200) keepList(data);
    else if (status === 401 || status === 404) kept.forgetList();
    return status === 200;
  };
  const isMine = (mark) => mark.user === list()?.user;
  // What another user of this device noted is sent too, as that person's word.
  const plain = (mark) => {
    const { id, booking, kind, made_at, pupils, girls, adults, present, replaces } = mark;
    const maker = isMine(mark) ? "" : mark.maker;
    return { id, booking, kind, made_at, pupils, girls, adults, present, replaces, maker };
  };
  const sendMarks = async () => {
    const waiting = marks().filter((mark) => !mark.message).slice(0, 100);
    if (!waiting.length) return;
    const { status, data } = await ask(words.marks, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify({ device: kept.device(), sent_at: kept.now(), marks: waiting.map(plain) }),
    });
    if (status !== 200) return;
    for (const answer of data.answers) {
      const mark = kept.mark(answer.id);
      if (!mark || answer.refused === "not_yours") continue; // waits for its maker
      if (answer.refused) kept.keepMark({ ...mark, message: answer.message });
      else kept.forgetMark(answer.id);
    }
    keepList(data.list);
  };
  const exchange = async () => {
    if (busy) return;
    busy = true;
    try {
      heard = await loadList();
      if (heard) await sendMarks();
      online = true;
    } catch {
      online = false;
    } finally {
      busy = false;
      answered = true;
    }
    show();
  };

  // --- The list ---------------------------------------------------------------------------------
  const groups = () => (list()?.sessions || []).flatMap((session) => session.groups.map((group) => ({ ...group, session })));
  const lastMark = (reference) => marks().filter((mark) => mark.booking === reference).pop();
  const copy = (name) => at(name).content.cloneNode(true).firstElementChild;
  const clock = (moment) => new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit", timeZone: words.zone }).format(moment);
  const people = (figures) => `${figures.pupils} ${words.pupils}, ${figures.adults} ${words.adults}`;

  const wordOf = (noted) => (noted.kind === "no_show" ? words.noShow : `${words.came} ${people(noted)}`);

  // What this device believes of a group: its own last word, or else the portal's.
  const fateOf = (group) => {
    const mark = lastMark(group.reference);
    if (mark?.message) return { kind: "no", text: words.refused };
    if (mark) {
      const who = isMine(mark) ? "" : `${mark.name}: `;
      return { kind: "wait", text: `${who}${wordOf(mark)} · ${words.notSent}`, noted: true };
    }
    if (group.arrived) {
      const dispute = group.words.length ? ` · ${words.disagree}` : "";
      const late = group.arrived.late ? ` · ${words.late}` : "";
      const partly = group.arrived.pupils < group.expected.pupils ? ` · ${words.partly}` : "";
      const text = `${words.came} ${people(group.arrived)}${late}${partly}${dispute}`;
      return { kind: dispute ? "wait" : "ok", text, noted: !dispute };
    }
    return { kind: group.state === "no_show" ? "off" : "info", text: group.state_label };
  };
  const rowOf = (group, session) => {
    const row = copy("group-row");
    const name = `${group.school}${group.class ? ` · ${group.class}` : ""}`;
    row.querySelector("strong").textContent = name;
    row.querySelector(".muted > span").textContent = `${words.booked} ${people(group.expected)} ·`;
    row.querySelector(".nowrap").textContent = group.reference;
    const fate = fateOf(group);
    const tag = row.querySelector(".tag");
    tag.textContent = fate.text;
    tag.classList.add(fate.kind);
    const link = row.querySelector("a");
    link.href = `#${group.reference}`;
    link.classList.toggle("quiet", Boolean(fate.noted));
    link.hidden = !session.open;
    link.querySelector("span").textContent = `: ${name}`;
    return row;
  };
  const showList = () => {
    const shownList = list();
    at("empty").hidden = Boolean(shownList);
    at("quiet").hidden = !shownList || shownList.sessions.length > 0;
    at("full").hidden = kept.stays();
    const sections = (shownList?.sessions || []).map((session, number) => {
      const section = copy("session-row");
      const heading = section.querySelector("h2");
      heading.textContent = `${session.time} · ${session.title}`;
      heading.id = `door-session-${number}`;
      const room = section.querySelector(".meta li");
      room.textContent = session.room;
      room.id = `door-room-${number}`;
      section.setAttribute("aria-labelledby", `${heading.id} ${room.id}`);
      refill(section.querySelector(".groups"), session.groups.map((group) => rowOf(group, session)));
      return section;
    });
    refill(at("list"), sections);
    if (shownList) at("title").textContent = shownList.title;
  };
  // One row for each mark that the portal did not take, whoever made it and whether or not its group is still listed.
  const refusedRow = (mark) => {
    const row = copy("refused-row");
    const group = groups().find((each) => each.reference === mark.booking);
    const school = group ? ` · ${group.school}${group.class ? ` · ${group.class}` : ""}` : "";
    row.querySelector("strong").textContent = `${mark.booking}${school}`;
    row.querySelector(".muted").textContent = `${mark.name} ${clock(mark.made_at)}: ${wordOf(mark)}`;
    row.querySelector("p").textContent = mark.message;
    const [again, drop] = row.querySelectorAll("button");
    for (const button of [again, drop]) button.querySelector("span").textContent = `: ${mark.booking}`;
    again.addEventListener("click", () => {
      const { message: _reason, ...fresh } = mark;
      kept.keepMark(fresh);
      show();
      exchange();
    });
    drop.addEventListener("click", () => {
      kept.forgetMark(mark.id);
      show();
      at("title").focus();
    });
    return row;
  };
  const showRefused = () => {
    const refused = marks().filter((mark) => mark.message);
    at("refused").hidden = !refused.length;
    refill(at("refused-list"), refused.map(refusedRow));
  };
  // Of whom how many wait; of others only the name of who made them.
  const waitingText = (waiting) => {
    const counts = new Map();
    for (const mark of waiting) {
      const who = isMine(mark) ? "" : mark.name;
      counts.set(who, (counts.get(who) || 0) + 1);
    }
    const parts = [...counts].map(([who, count]) => (who ? `${count} (${who})` : `${count}`));
    return `${words.waiting} ${parts.join(", ")}.`;
  };
  const showStatus = () => {
    const waiting = marks().filter((mark) => !mark.message);
    const refused = marks().filter((mark) => mark.message).length;
    const shownList = list();
    const parts = [
      online ? (answered ? "" : words.connecting) : words.offline,
      waiting.length ? waitingText(waiting) : online && heard && !refused ? words.allSent : "",
      refused ? `${words.refused} ${refused}.` : "",
      shownList ? `${words.listOf} ${clock(shownList.now)}.` : "",
    ];
    const text = parts.filter(Boolean).join(" ");
    const status = at("status");
    if (status.textContent !== text) status.textContent = text;
    status.hidden = !text;
    status.className = `tag plain ${refused ? "no" : waiting.length || !online ? "wait" : heard ? "ok" : "info"}`;
  };

  // --- One group --------------------------------------------------------------------------------
  const form = at("form");
  let shown = null;

  const ticked = () => [...form.querySelectorAll("[name=present]:checked")];
  const showTicked = () => {
    at("ticked").textContent = `(${ticked().length}/${form.querySelectorAll("[name=present]").length})`;
  };
  const filled = (group) => {
    const mark = lastMark(group.reference);
    if (mark && mark.kind !== "no_show") return { ...mark, present: new Set(mark.present) };
    const here = group.pupils.filter((pupil) => pupil.present || !group.arrived);
    const present = new Set(here.map((pupil) => pupil.id));
    if (group.arrived) return { ...group.arrived, present };
    const girls = group.pupils.length ? here.filter((pupil) => pupil.girl).length : group.expected.girls;
    return { ...group.expected, pupils: group.coming, girls: girls ?? "", present };
  };
  const pupilRow = (pupil, present) => {
    const row = copy("pupil-row");
    const box = row.querySelector("input");
    box.value = pupil.id;
    box.checked = present.has(pupil.id);
    box.dataset.girl = pupil.girl ? "1" : "";
    const label = row.querySelector("span");
    label.textContent = pupil.name;
    if (!pupil.photo) label.append(" ", copy("no-photo-tag"));
    return row;
  };
  // What colleagues noted that does not agree: taken over with one press, decided by saving.
  const wordRow = (word) => {
    const row = copy("word-row");
    row.querySelector("strong").textContent = `${word.who} ${clock(word.at)}:`;
    const absent = word.absent.length ? ` · ${words.absentNames} ${word.absent.join(", ")}` : "";
    row.querySelector("span").textContent = `${wordOf(word)}${absent}`;
    const take = row.querySelector("button");
    take.querySelector("span").textContent = `: ${word.who}`;
    take.addEventListener("click", () => {
      if (word.kind === "no_show") {
        askAbsent();
        return;
      }
      for (const name of ["pupils", "girls", "adults"]) form.elements[name].value = word[name];
      if (word.kind === "names") {
        const present = new Set(word.present);
        for (const box of form.querySelectorAll("[name=present]")) {
          box.checked = present.has(Number(box.value));
        }
      }
      showTicked();
      form.querySelector("button[type=submit]").focus();
    });
    return row;
  };
  const showWords = (said) => {
    at("words").hidden = !said.length;
    refill(at("words-list"), said.map(wordRow));
  };
  const openGroup = (group) => {
    shown = group;
    at("school").textContent = `${group.school}${group.class ? ` · ${group.class}` : ""}`;
    at("facts").textContent = `${group.session.time} · ${group.reference} · ${words.booked} ${people(group.expected)}`;
    at("phone").textContent = group.shown_phone;
    at("phone").href = `tel:${group.phone}`;
    at("phone").hidden = !group.phone;
    const told = { needs: group.needs, "no-photo": group.no_photo.join(", "), staying: group.staying.join(", ") };
    for (const [name, text] of Object.entries(told)) at(name).hidden = !text;
    at("needs-text").textContent = told.needs;
    at("no-photo-names").textContent = told["no-photo"];
    at("no-photo-count").textContent = `(${group.no_photo.length})`;
    at("no-photo").open = group.no_photo.length <= 6;
    at("staying-names").textContent = told.staying;
    const values = filled(group);
    for (const name of ["pupils", "girls", "adults"]) form.elements[name].value = values[name] ?? "";
    refill(at("choices"), group.pupils.map((pupil) => pupilRow(pupil, values.present)));
    at("names").hidden = !group.pupils.length;
    at("names").open = false;
    at("absent").hidden = kept.now() < group.session.starts_at;
    at("sure").hidden = true;
    at("error").textContent = "";
    showWords(group.words);
    showTicked();
  };
  const showAnswer = () => {
    const message = shown && lastMark(shown.reference)?.message;
    at("answer").hidden = !message;
    at("answer-text").textContent = message || "";
  };
  const wanted = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    const [key, code] = hash.split("=");
    return groups().find((group) => (key === "pass" ? group.pass === code : group.reference === hash));
  };
  // What is not shown is not in the page either: whoever signed out on another page left nothing here.
  const forgetGroup = () => {
    shown = null;
    at("group").hidden = true;
    for (const name of ["choices", "words-list"]) refill(at(name), []);
    for (const name of ["school", "facts", "phone", "needs-text", "no-photo-names", "staying-names"]) {
      at(name).textContent = "";
    }
    at("phone").removeAttribute("href");
    form.reset();
  };
  const showPlace = () => {
    const group = wanted();
    if (group && group.reference !== shown?.reference) {
      openGroup(group);
      at("group").hidden = false;
      at("list").hidden = true;
      at("school").focus({ preventScroll: true });
      window.scrollTo(0, 0);
    } else if (!group) {
      forgetGroup();
      at("list").hidden = false;
    }
    showAnswer();
  };
  const show = () => {
    showList();
    showRefused();
    showStatus();
    showPlace();
  };

  const figure = (name) => {
    const text = form.elements[name].value.trim();
    return /^[0-9]{1,4}$/.test(text) ? Number(text) : null;
  };
  const faultOf = ({ pupils, girls, adults, present }) => {
    if (pupils === null || girls === null || adults === null) return words.whole;
    if (!pupils) return words.nobody;
    if (girls > pupils) return words.tooManyGirls;
    return present.length > pupils ? words.tooManyNames : "";
  };
  const note = (values) => {
    const maker = list();
    if (!maker) return show(); // the day is over, or somebody signed out on another page
    const earlier = marks().filter((mark) => mark.booking === shown.reference);
    kept.keepMark({
      ...values,
      id: kept.identifier(),
      booking: shown.reference,
      user: maker.user,
      name: maker.name,
      maker: maker.maker,
      made_at: kept.now(),
      // Replaces what is shown here: the portal's words and this device's own earlier ones.
      replaces: [...new Set([...shown.seen, ...earlier.map((each) => each.id)])],
    });
    earlier.filter((each) => each.message).forEach((each) => kept.forgetMark(each.id));
    location.hash = "";
    show();
    at("status").scrollIntoView({ block: "nearest" });
    return exchange();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = {
      kind: shown.pupils.length ? "names" : "figures",
      pupils: figure("pupils"),
      girls: figure("girls"),
      adults: figure("adults"),
      present: ticked().map((box) => Number(box.value)),
    };
    const fault = faultOf(values);
    at("error").textContent = fault;
    if (!fault) note(values);
  });
  const askAbsent = () => {
    const known = lastMark(shown.reference);
    const noted = known && known.kind !== "no_show" ? known : shown.arrived;
    at("sure-text").textContent = noted ? `${words.wipes} ${people(noted)}.` : "";
    at("sure").hidden = false;
    at("sure-no").focus();
  };
  at("absent").addEventListener("click", askAbsent);
  at("sure-no").addEventListener("click", () => {
    at("sure").hidden = true;
    at("absent").focus();
  });
  at("sure-yes").addEventListener("click", () => note({ kind: "no_show", pupils: 0, girls: 0, adults: 0, present: [] }));
  at("choices").addEventListener("change", ({ target }) => {
    const step = target.checked ? 1 : -1;
    for (const name of target.dataset.girl ? ["pupils", "girls"] : ["pupils"]) {
      const value = figure(name);
      if (value !== null) form.elements[name].value = String(Math.max(0, value + step));
    }
    showTicked();
  });
  at("back").addEventListener("click", (event) => {
    event.preventDefault();
    location.hash = "";
    show();
  });

  // --- Going on ---------------------------------------------------------------------------------
  at("no-worker").hidden = "serviceWorker" in navigator;
  if ("serviceWorker" in navigator) {
    const scopes = [location.pathname, "/pass/"];
    Promise.all(scopes.map((scope) => navigator.serviceWorker.register(words.worker, { scope }))).catch(() => {});
  }
  if (navigator.storage?.persist) navigator.storage.persist().catch(() => {});
  window.addEventListener("hashchange", showPlace);
  window.addEventListener("storage", show);
  // A page that the browser keeps for "back" keeps no names, and asks again whose it is.
  window.addEventListener("pagehide", () => {
    refill(at("list"), []);
    refill(at("refused-list"), []);
    forgetGroup();
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    show();
    exchange();
  });
  window.addEventListener("online", exchange);
  window.addEventListener("offline", () => {
    online = false;
    showStatus();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) exchange();
  });
  setInterval(() => {
    if (!document.hidden) exchange();
  }, 30000);
  show();
  at("old").hidden = true; // it runs here
  exchange();
})();
