// Started on every page: what the shell and the components need. Pages add a module of their own.

import { startCountdowns } from "./components/countdown.js";
import { startDialogs } from "./components/dialogs.js";
import { startForms } from "./components/forms.js";
import { startMenus } from "./components/menus.js";
import { startRetracing } from "./components/retrace.js";
import { startTheme } from "./components/theme.js";
import { startTimes } from "./components/times.js";
import { startToasts } from "./components/toasts.js";
import { startHtmx } from "./core/htmx.js";
import { viewer } from "./core/page.js";

startHtmx();
startToasts();
startMenus();
startDialogs();
startForms();
startRetracing();
startTheme();
startTimes();
startCountdowns();

// A busy server may have refused one of its files: a page without its socket is half a page, so once more.
const live = () => import("./live.js");
const later = () => new Promise((resolve) => setTimeout(resolve, 3000));
if (viewer)
  live()
    .catch(() => later().then(live))
    .then(({ startLive }) => startLive());
