/* Shows how far a file has come while it is sent. Without this script the form works by itself. */
(() => {
  "use strict";

  const show = (form, words, share) => {
    let box = form.querySelector("[role=status]");
    if (!box) {
      box = document.createElement("div");
      box.setAttribute("role", "status");
      box.append(document.createElement("p"), document.createElement("progress"));
      box.lastChild.max = 100;
      form.append(box);
    }
    box.firstChild.textContent = words;
    if (share === null) box.lastChild.removeAttribute("value");
    else box.lastChild.value = share;
    box.lastChild.hidden = share === undefined;
    box.lastChild.setAttribute("aria-label", words);
  };

  const showErrors = (form, errors) => {
    form.querySelectorAll(".errorlist").forEach((list) => list.remove());
    form.querySelector("[role=status]")?.remove();
    const list = document.createElement("ul");
    list.className = "errorlist";
    list.setAttribute("role", "alert");
    for (const error of errors) {
      const item = document.createElement("li");
      item.textContent = error;
      list.append(item);
    }
    form.querySelector("input[type=file]").before(list);
  };

  const send = (form) => {
    const button = form.querySelector("button");
    const request = new XMLHttpRequest();
    const finish = (act) => () => {
      button.removeAttribute("aria-busy");
      button.disabled = false;
      act();
    };
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      const share = event.lengthComputable ? Math.round((event.loaded * 100) / event.total) : null;
      if (share === 100) show(form, form.dataset.wordsChecking, null);
      else show(form, share === null ? form.dataset.wordsSending : `${form.dataset.wordsSending}: ${share} %`, share);
    });
    request.addEventListener("load", finish(() => {
      if (request.response?.url) window.location.assign(request.response.url);
      else showErrors(form, request.response?.errors ?? [form.dataset.wordsFailed]);
    }));
    request.addEventListener("error", finish(() => showErrors(form, [form.dataset.wordsFailed])));
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    request.send(new FormData(form));
  };

  document.querySelectorAll("form[data-upload]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (!form.querySelector("input[type=file]").files.length) return;
      event.preventDefault();
      send(form);
    });
  });
})();
