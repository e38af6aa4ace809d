// "Back" on a page one may come to from many: to where one came from, as far as that is ours and not a part of this very page (the form one
// has just sent, say). Otherwise, and in browsers that do not tell, the link leads where it says.

export function startRetracing() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-retrace]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const here = window.navigation?.currentEntry;
    const before = here && navigation.entries()[here.index - 1];
    if (!before?.url || new URL(before.url).pathname.startsWith(location.pathname)) return;
    event.preventDefault();
    history.back();
  });
}
