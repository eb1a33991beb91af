// Everything a page needs to be pleasant; every page also works without it.
import { startAutosave } from './autosave.js';
import { startDrafts } from './drafts.js';
import { startErrors } from './errors.js';
import { startLists } from './lists.js';
import { startMasks } from './masks.js';
import { startMenus } from './menus.js';
import { startRecord } from './record.js';
import { startRequests } from './requests.js';
import { startSession } from './session.js';
import { startSheets } from './sheets.js';
import { startSignatures } from './signature.js';
import { startTheme } from './theme.js';
import { startToasts } from './toasts.js';

startTheme();
startMenus();
startToasts();
startSheets();
startErrors();
startRecord();
startSignatures();
startAutosave();
startDrafts();
startMasks();
startLists();
startRequests();
startSession();
