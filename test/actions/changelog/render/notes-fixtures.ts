import type { Entry, Group, Release } from '../../../../actions/changelog/model.ts'

export const LINKS = { serverUrl: 'https://github.example', repository: 'octo/shop' }

export function entry(more: Partial<Entry> = {}): Entry {
  return {
    ...{ shas: ['0123456789abcdef0123456789abcdef01234567'], type: 'feat', scope: undefined, subject: 'a' },
    ...{ breaking: undefined, references: [], authors: [], notable: true },
    ...more,
  }
}

export function release(groups: readonly Group[], more: Partial<Release> = {}): Release {
  return {
    ...{ version: '1.2.0', tag: 'v1.2.0', date: '2026-01-31', from: 'v1.1.0', to: 'v1.2.0' },
    ...{ fromSha: 'a'.repeat(40), toSha: 'b'.repeat(40), groups, contributors: [], newContributors: [] },
    counts: { range: 1, listed: 1, reverted: 0, merged: 0, excluded: 0 },
    excluded: new Map(),
    ...more,
  }
}

export const group = (title: string, rank: number, ...entries: Entry[]): Group => ({ title, rank, entries })
