/** Whether a header, query parameter or the like of this name usually carries a credential. */
export function isSecretName(name: string): boolean {
  return /^(proxy-)?authorization$|^auth$|^sig$|cookie|token|secret|api-?_?key|password|passwd|credential|signature/i.test(
    name,
  )
}
