/** A small project with something wrong for every tool. Secrets are put together, so that none stands in this repository. */
export const SOURCES: Readonly<Record<string, string>> = {
  'src/app.py': `import os
import pickle
import subprocess
import sys


def load(path):
    with open(path, 'rb') as file:
        return pickle.load(file)


def run(command):
    return subprocess.call(command, shell=True)


def evaluate(text):
    return eval(text)
`,
  'src/server.js': `const unused = 1

function answer(request) {
  if (request.ok = true) {
    return eval(request.body)
  }
  debugger
}

module.exports = { answer, answer }
`,
  Dockerfile: `FROM debian:latest
RUN apt-get update && apt-get install curl
ADD https://example.com/tool.tar.gz /opt/
CMD ["sh"]
`,
  '.github/workflows/ci.yml': `on: pull_request_target
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          ref: \${{ github.head_ref }}
      - run: echo "\${{ github.event.pull_request.title }}"
`,
  'api/openapi.yaml': `openapi: 3.0.3
info:
  title: Orders
  version: 1.0.0
paths:
  /orders/:
    get:
      responses:
        '200':
          description: ok
`,
  'main.go': `package main

import "fmt"

func main() {
	x := 5
	x = 6
	var list []string
	if len(list) < 0 {
		fmt.Printf("%d\\n", "text")
	}
	for {
		break
	}
}
`,
  'go.mod': 'module example.com/app\n\ngo 1.24\n',
  'my config/settings.env': `# blanks in the name
AWS_ACCESS_KEY_ID=${['AKIA', 'Q3EGVQ7Z', 'XK4PLW2M'].join('')}
GITHUB_TOKEN=${['ghp_', 'k3Jv9sQ2mX7bT1wR', '5yN8cL4dF6gH0aZpEuVi'].join('')}
`,
}

/** Where the tools ran, in their reports. */
export const PLACE = '/home/runner/work/app/app'
