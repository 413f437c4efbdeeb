// Says in words when a passkey did not work; allauth's own script only writes to the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const note = document.getElementById("passkey_failed");
  if (note) note.hidden = false;
});
