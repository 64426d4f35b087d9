import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mentionsOf, readable, slackProblems } from '../../../test/support/slack/limits.ts'
import { startSlack, WEBHOOK_PATH } from '../../../test/support/slack/slack.ts'
import { ROOT } from '../../actions.ts'
import { previewPage } from '../../slack-previews/page.ts'
import type { Wagon } from '../train.ts'

export const wagon: Wagon = {
  title: 'Tell people, once',
  story:
    'The result of the whole train goes to a stand-in for Slack on this machine that enforces the documented limits. The release notes hold a mention and a link that somebody smuggled into a commit message; neither works. A second step meets a webhook that is gone: the step stays green and says what to do.',
  async run(train) {
    const slack = await startSlack()
    const results = {
      'wait-for-version': { result: 'success' },
      'five-checks': { result: 'success' },
      'latency-gate': { result: 'success' },
      'broken-release': { result: 'failure' },
    }
    const told = await train.step({
      name: 'Tell the team',
      action: 'slack-notify',
      inputs: {
        'webhook-url': slack.webhookUrl,
        template: 'deploy',
        environment: 'production',
        version: '2.0.1',
        needs: JSON.stringify(results),
        mention: 'here',
        changelog:
          '### Fixes\n- **orders**: `redis` is asked again ([#7](https://github.com/octo-org/shop/pull/7))\n- <!channel> <https://evil.example|click me>',
      },
      expected: 'success',
    })
    const gone = await train.step({
      name: 'A webhook that is gone',
      action: 'slack-notify',
      inputs: {
        'webhook-url': `${slack.url}/services/T0GONE/B0GONE/nobodyListensHereAnyMore`,
        template: 'plain',
      },
      expected: 'success',
    })
    await slack.close()
    const payload = slack.messages[0]?.payload
    const page = join(ROOT, '.scratch', 'demo', 'slack.html')
    if (payload !== undefined) {
      mkdirSync(join(page, '..'), { recursive: true })
      writeFileSync(page, previewPage(payload))
      train.say(`What Slack would show: ${page}`)
    }
    return {
      steps: [told, gone],
      claims: {
        'one message, within every limit of Slack':
          slack.messages.length === 1 && slackProblems(payload).length === 0,
        'it names the wagon that stopped the release': readable(payload).includes('❌ broken-release'),
        'only the people of "mention" are called': mentionsOf(payload).join() === '!here',
        'the webhook is in no log': !told.result.log.includes(WEBHOOK_PATH),
        'a message that does not arrive is a warning with a remedy, not a red step':
          gone.result.annotations.some(
            ({ level, message }) => level === 'warning' && message.includes('no_service'),
          ),
      },
    }
  },
}
