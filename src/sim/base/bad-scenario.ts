/** A scenario is described in a way that means nothing: a mistake of who wrote it, never a finding. One line. */
export class BadScenario extends Error {
  override readonly name = 'BadScenario';
}
