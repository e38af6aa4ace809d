// "3 new posts" at the top of the home feed: asked for when the page is looked at again, and now and then while it is.

const EVERY = 60_000;

export function startNews(place) {
  let asked = Date.now();
  const ask = async () => {
    const first = document.querySelector("#feed [data-post]");
    if (document.visibilityState !== "visible" || !first) return;
    asked = Date.now();
    const answer = await fetch(`${place.dataset.news}?after=${first.dataset.post}`, { credentials: "same-origin" }).catch(() => null);
    if (answer?.status !== 200) return;
    const link = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("a");
    if (link) place.replaceChildren(link);
  };
  document.addEventListener("visibilitychange", () => Date.now() - asked > EVERY / 6 && ask());
  setInterval(ask, EVERY);
}
