// Auto, light, dark: the choice is kept where the browser allows it.
const button = document.getElementById('theme')
const themes = ['auto', 'light', 'dark']
let theme = 'auto'
try {
  theme = localStorage.getItem('theme') ?? theme
} catch {}

function show() {
  if (theme === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  button.textContent = `Theme: ${theme}`
}

button.addEventListener('click', () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length]
  try {
    localStorage.setItem('theme', theme)
  } catch {}
  show()
})
show()
