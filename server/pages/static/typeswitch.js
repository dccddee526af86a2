// Pages that need no other script: only the large type.

import { byId } from './dom.js';
import { bindTypeSwitch, memory } from './preferences.js';

bindTypeSwitch(byId('type-switch'), document.documentElement, memory(() => localStorage));
