/** A "simple user" of GitHub's description. */
export function userJson(login: string, apiUrl: string, serverUrl: string): Record<string, unknown> {
  const url = `${apiUrl}/users/${login}`
  const links = ['followers', 'following', 'gists', 'starred', 'subscriptions', 'repos', 'events']
  return {
    ...{ login, id: 1, node_id: `U_${login}`, avatar_url: `${serverUrl}/${login}.png`, gravatar_id: '', url },
    ...{
      html_url: `${serverUrl}/${login}`,
      type: login.endsWith('[bot]') ? 'Bot' : 'User',
      site_admin: false,
    },
    ...Object.fromEntries(links.map((link) => [`${link}_url`, `${url}/${link}`])),
    organizations_url: `${url}/orgs`,
    received_events_url: `${url}/received_events`,
  }
}
