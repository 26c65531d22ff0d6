/** With an empty line between them; a block that has nothing to say takes none. Each ends its last line. */
export function joinBlocks(blocks: readonly string[]): string {
  return blocks.filter((block) => block !== '').join('\n');
}
