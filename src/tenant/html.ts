/** Whether a body is a web page where data was expected, by its declared type or its beginning. */
export function isHtml(answer: {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}): boolean {
  if (/^\s*text\/html\b/i.test(answer.headers['content-type'] ?? '')) return true;
  return /^\s*<(?:!doctype html|html)\b/i.test(textStart(answer.body));
}

/** The text of a page's `<title>`. */
export function htmlTitle(body: Buffer): string | undefined {
  return /<title[^>]*>([^<]{1,200})/i.exec(textStart(body))?.[1];
}

function textStart(body: Buffer): string {
  return new TextDecoder().decode(body.subarray(0, 4096));
}
