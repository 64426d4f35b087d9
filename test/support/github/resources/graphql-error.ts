import { GraphQLError } from 'graphql'

/** An error with a type, as GitHub's resolvers give it. */
export function typed(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } })
}
