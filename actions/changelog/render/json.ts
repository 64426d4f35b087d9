import type { Entry, Release } from '../model.ts'

/**
 * A release as programs get it, with `format: json` and in `result`; the README documents the shape. E-mail addresses
 * are nobody's business.
 */
export function releaseModel(release: Release): Record<string, unknown> {
  const { excluded, contributors, newContributors, groups, ...rest } = release
  return {
    ...rest,
    version: release.version ?? null,
    excluded: Object.fromEntries(excluded),
    contributors: contributors.map(({ name, login }) => ({ name, login: login ?? null })),
    newContributors: newContributors.map(({ person, pullRequest }) => ({
      login: person.login ?? null,
      pullRequest: pullRequest ?? null,
    })),
    groups: groups.map(({ title, entries }) => ({ title, entries: entries.map(entryModel) })),
  }
}

function entryModel({ authors, type, scope, breaking, notable: _, labelled: __, ...entry }: Entry): unknown {
  return {
    ...{ type: type ?? null, scope: scope ?? null, breaking: breaking ?? null, ...entry },
    authors: authors.map(({ name, login, bot }) => ({ name, login: login ?? null, bot })),
  }
}
