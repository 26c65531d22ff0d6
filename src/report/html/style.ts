/** The page's one style sheet. Its hash is in the page's policy, so no style is written anywhere else. */

import { baseStyle } from './style/base.js';
import { cardStyle } from './style/cards.js';
import { colours } from './style/colours.js';
import { diffStyle } from './style/differences.js';
import { headStyle } from './style/head.js';
import { printStyle } from './style/print.js';

export const style = [colours, baseStyle, headStyle, cardStyle, diffStyle, printStyle].join('');
