/** What Qlik's themes accept as a colour. */

/** CSS Color Module Level 4, with the two keywords; https://www.w3.org/TR/css-color-4/#named-colors */
const named: ReadonlySet<string> = new Set(
  `transparent currentcolor none inherit
aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood cadetblue
chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey
darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray
darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen
fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo ivory khaki
lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen
lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime
limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive
olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum
powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver
skyblue slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
whitesmoke yellow yellowgreen`.split(/\s+/),
);

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;

const part = `(?:${number}(?:%|deg|grad|rad|turn)?|none)`;

/** With commas or, as in CSS 4, with spaces and a slash; three components and an optional opacity. */
const functional = new RegExp(
  `^(?:rgba?|hsla?)\\(\\s*${part}(?:\\s*,\\s*${part}){2}(?:\\s*,\\s*${part})?\\s*\\)$` +
    `|^(?:rgba?|hsla?)\\(\\s*${part}(?:\\s+${part}){2}(?:\\s*/\\s*${part})?\\s*\\)$`,
);

/** The colour spaces that CSS 4 added, which are never written with commas. */
const spaced = new RegExp(
  `^(?:hwb|(?:ok)?lab|(?:ok)?lch)\\(\\s*${part}(?:\\s+${part}){2}(?:\\s*/\\s*${part})?\\s*\\)$` +
    `|^color\\(\\s*[a-z][a-z\\d-]*(?:\\s+${part}){3}(?:\\s*/\\s*${part})?\\s*\\)$`,
);

/** Qlik's own spelling of colours in expressions: opacity first. */
const argb = /^argb\(\s*\d{1,3}(?:\s*,\s*\d{1,3}){3}\s*\)$/;

const longest = 100;

export function isColor(text: string): boolean {
  if (isHex(text)) return true;
  if (text.length > longest) return false;
  const color = text.trim().toLowerCase();
  return isHex(color) || named.has(color) || functional.test(color) || spaced.test(color) || argb.test(color);
}

const numberSign = 0x23;

const hexLengths: ReadonlySet<number> = new Set([3, 4, 6, 8]);

/** Without a regular expression, since palettes hold hundreds of colours. */
function isHex(text: string): boolean {
  if (text.charCodeAt(0) !== numberSign || !hexLengths.has(text.length - 1)) return false;
  for (let at = 1; at < text.length; at++) if (!isHexDigit(text.charCodeAt(at))) return false;
  return true;
}

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46);
}
