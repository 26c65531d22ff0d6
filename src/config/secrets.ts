/** Qlik API keys are JWTs: three base64url parts, the first of which is a JSON object (`{"` reads `eyJ`). */
const apiKeyPattern = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;

export function looksLikeApiKey(text: string): boolean {
  return apiKeyPattern.test(text);
}

/** The text with everything that looks like an API key taken out; for messages that quote what a person wrote. */
export function redact(text: string): string {
  return text.replace(new RegExp(apiKeyPattern, 'g'), '<API key>');
}
