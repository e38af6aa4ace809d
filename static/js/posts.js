// Pages that show posts: the composer and its pictures, questions before something is deleted, counts that move by themselves, and news at the top.

import { whenPresent } from "./core/page.js";
import { startPictures } from "./posts/pictures.js";
import { startNews } from "./posts/news.js";
import { startPlaceholder } from "./posts/placeholders.js";
import { startPublishing } from "./posts/publishing.js";

whenPresent("[data-composer]", startPictures);
whenPresent("[data-publishes]", startPublishing); // after the pictures, which may hold a post back
whenPresent("[data-blurhash]", startPlaceholder);
whenPresent("[data-news]", startNews);

// A question fetched for this moment opens at once, and goes when it is answered.
whenPresent("[data-ask]", (form) => {
  const question = form.closest("[popover]");
  question.showPopover();
  form.addEventListener("htmx:afterRequest", () => question.remove());
});

// One open answer form a thread, with the cursor in it.
whenPresent(".comment-form-reply textarea", (field) => {
  for (const other of field.closest(".replies")?.querySelectorAll(".comment-form-reply") ?? []) if (!other.contains(field)) other.remove();
  field.focus();
});
