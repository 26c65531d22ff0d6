import { describe, expect, it } from 'vitest';
import {
  explainKeyVariable,
  explainProject,
  proposeKeyVariable,
  proposeProject,
} from '../../src/config/new-config.js';
import { fc } from '../replay.js';

describe('the proposed project', () => {
  it.each([
    ['Acme Charts', 'acme-charts-7f3a'],
    ['größe_über', 'gro-e-uber-7f3a'],
    ['@scope/name', 'scope-name-7f3a'],
    ['---', 'extensions-7f3a'],
    ['', 'extensions-7f3a'],
    ['日本', 'extensions-7f3a'],
    ['a'.repeat(99), `${'a'.repeat(59)}-7f3a`],
    [`${'a'.repeat(58)} b`, `${'a'.repeat(58)}-7f3a`],
  ])('%s', (folder, project) => {
    expect(proposeProject(folder, '7f3a')).toBe(project);
  });

  it('is a project, whatever the folder is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (folder) => {
        expect(explainProject(proposeProject(folder, '0a1b'))).toBeUndefined();
      }),
    );
  });

  it('so is the variable, whatever the environment is called', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,63}$/), (name) => {
        expect(explainKeyVariable(proposeKeyVariable(name))).toBeUndefined();
      }),
    );
  });
});
