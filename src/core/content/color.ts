/** What Qlik's themes take for a colour. */

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

const hex = /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/;

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;

const part = `(?:${number}(?:%|deg|grad|rad|turn)?|none)`;

/** With commas or, as CSS 4 writes it, with spaces and a slash; three parts and perhaps an opacity. */
const functional = new RegExp(
  `^(?:rgba?|hsla?)\\(\\s*${part}(?:\\s*,\\s*${part}){2}(?:\\s*,\\s*${part})?\\s*\\)$` +
    `|^(?:rgba?|hsla?)\\(\\s*${part}(?:\\s+${part}){2}(?:\\s*/\\s*${part})?\\s*\\)$`,
);

/** Qlik's own spelling of colours in expressions: opacity first. */
const argb = /^argb\(\s*\d{1,3}(?:\s*,\s*\d{1,3}){3}\s*\)$/;

const longest = 100;

export function isColor(text: string): boolean {
  const color = text.trim().toLowerCase();
  if (color.length > longest) return false;
  return named.has(color) || hex.test(color) || functional.test(color) || argb.test(color);
}
