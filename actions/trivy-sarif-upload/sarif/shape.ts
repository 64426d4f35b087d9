/**
 * SARIF 2.1.0 as its JSON schema has it, one line per definition: `name:type`, `name!:type` when it is required. Types are
 * s(tring), i(nteger), n(umber), b(oolean), o(bject of any kind), `=a|b` one of these words, `@x` as defined under x, and
 * before a type `*` for a list of it and `%` for a map to it. Made by scripts/sarif-shape.ts from the schema.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json
 */
export const SHAPES: Readonly<Record<string, string>> = {
  log: '$schema:s version!:=2.1.0 runs!:*@run inlineExternalProperties:*@externalProperties properties:o',
  address:
    'absoluteAddress:i relativeAddress:i length:i kind:s name:s fullyQualifiedName:s offsetFromParent:i index:i parentIndex:i properties:o',
  artifact:
    'description:@message location:@artifactLocation parentIndex:i offset:i length:i roles:*=analysisTarget|attachment|responseFile|resultFile|standardStream|tracedFile|unmodified|modified|added|deleted|renamed|uncontrolled|driver|extension|translation|taxonomy|policy|referencedOnCommandLine|memoryContents|directory|userSpecifiedConfiguration|toolSpecifiedConfiguration|debugOutputFile mimeType:s contents:@artifactContent encoding:s sourceLanguage:s hashes:%s lastModifiedTimeUtc:s properties:o',
  artifactChange: 'artifactLocation!:@artifactLocation replacements!:*@replacement properties:o',
  artifactContent: 'text:s binary:s rendered:@multiformatMessageString properties:o',
  artifactLocation: 'uri:s uriBaseId:s index:i description:@message properties:o',
  attachment:
    'description:@message artifactLocation!:@artifactLocation regions:*@region rectangles:*@rectangle properties:o',
  codeFlow: 'message:@message threadFlows!:*@threadFlow properties:o',
  configurationOverride:
    'configuration!:@reportingConfiguration descriptor!:@reportingDescriptorReference properties:o',
  conversion: 'tool!:@tool invocation:@invocation analysisToolLogFiles:*@artifactLocation properties:o',
  edge: 'id!:s label:@message sourceNodeId!:s targetNodeId!:s properties:o',
  edgeTraversal:
    'edgeId!:s message:@message finalState:%@multiformatMessageString stepOverEdgeCount:i properties:o',
  exception: 'kind:s message:s stack:@stack innerExceptions:*@exception properties:o',
  externalProperties:
    'schema:s version:=2.1.0 guid:s runGuid:s conversion:@conversion graphs:*@graph externalizedProperties:o artifacts:*@artifact invocations:*@invocation logicalLocations:*@logicalLocation threadFlowLocations:*@threadFlowLocation results:*@result taxonomies:*@toolComponent driver:@toolComponent extensions:*@toolComponent policies:*@toolComponent translations:*@toolComponent addresses:*@address webRequests:*@webRequest webResponses:*@webResponse properties:o',
  externalPropertyFileReference: 'location:@artifactLocation guid:s itemCount:i properties:o',
  externalPropertyFileReferences:
    'conversion:@externalPropertyFileReference graphs:*@externalPropertyFileReference externalizedProperties:@externalPropertyFileReference artifacts:*@externalPropertyFileReference invocations:*@externalPropertyFileReference logicalLocations:*@externalPropertyFileReference threadFlowLocations:*@externalPropertyFileReference results:*@externalPropertyFileReference taxonomies:*@externalPropertyFileReference addresses:*@externalPropertyFileReference driver:@externalPropertyFileReference extensions:*@externalPropertyFileReference policies:*@externalPropertyFileReference translations:*@externalPropertyFileReference webRequests:*@externalPropertyFileReference webResponses:*@externalPropertyFileReference properties:o',
  fix: 'description:@message artifactChanges!:*@artifactChange properties:o',
  graph: 'description:@message nodes:*@node edges:*@edge properties:o',
  graphTraversal:
    'runGraphIndex:i resultGraphIndex:i description:@message initialState:%@multiformatMessageString immutableState:%@multiformatMessageString edgeTraversals:*@edgeTraversal properties:o',
  invocation:
    'commandLine:s arguments:*s responseFiles:*@artifactLocation startTimeUtc:s endTimeUtc:s exitCode:i ruleConfigurationOverrides:*@configurationOverride notificationConfigurationOverrides:*@configurationOverride toolExecutionNotifications:*@notification toolConfigurationNotifications:*@notification exitCodeDescription:s exitSignalName:s exitSignalNumber:i processStartFailureMessage:s executionSuccessful!:b machine:s account:s processId:i executableLocation:@artifactLocation workingDirectory:@artifactLocation environmentVariables:%s stdin:@artifactLocation stdout:@artifactLocation stderr:@artifactLocation stdoutStderr:@artifactLocation properties:o',
  location:
    'id:i physicalLocation:@physicalLocation logicalLocations:*@logicalLocation message:@message annotations:*@region relationships:*@locationRelationship properties:o',
  locationRelationship: 'target!:i kinds:*s description:@message properties:o',
  logicalLocation: 'name:s index:i fullyQualifiedName:s decoratedName:s parentIndex:i kind:s properties:o',
  message: 'text:s markdown:s id:s arguments:*s properties:o',
  multiformatMessageString: 'text!:s markdown:s properties:o',
  node: 'id!:s label:@message location:@location children:*@node properties:o',
  notification:
    'locations:*@location message!:@message level:=none|note|warning|error threadId:i timeUtc:s exception:@exception descriptor:@reportingDescriptorReference associatedRule:@reportingDescriptorReference properties:o',
  physicalLocation:
    'address:@address artifactLocation:@artifactLocation region:@region contextRegion:@region properties:o',
  rectangle: 'top:n left:n bottom:n right:n message:@message properties:o',
  region:
    'startLine:i startColumn:i endLine:i endColumn:i charOffset:i charLength:i byteOffset:i byteLength:i snippet:@artifactContent message:@message sourceLanguage:s properties:o',
  replacement: 'deletedRegion!:@region insertedContent:@artifactContent properties:o',
  reportingDescriptor:
    'id!:s deprecatedIds:*s guid:s deprecatedGuids:*s name:s deprecatedNames:*s shortDescription:@multiformatMessageString fullDescription:@multiformatMessageString messageStrings:%@multiformatMessageString defaultConfiguration:@reportingConfiguration helpUri:s help:@multiformatMessageString relationships:*@reportingDescriptorRelationship properties:o',
  reportingConfiguration: 'enabled:b level:=none|note|warning|error rank:n parameters:o properties:o',
  reportingDescriptorReference: 'id:s index:i guid:s toolComponent:@toolComponentReference properties:o',
  reportingDescriptorRelationship:
    'target!:@reportingDescriptorReference kinds:*s description:@message properties:o',
  result:
    'ruleId:s ruleIndex:i rule:@reportingDescriptorReference kind:=notApplicable|pass|fail|review|open|informational level:=none|note|warning|error message!:@message analysisTarget:@artifactLocation locations:*@location guid:s correlationGuid:s occurrenceCount:i partialFingerprints:%s fingerprints:%s stacks:*@stack codeFlows:*@codeFlow graphs:*@graph graphTraversals:*@graphTraversal relatedLocations:*@location suppressions:*@suppression baselineState:=new|unchanged|updated|absent rank:n attachments:*@attachment hostedViewerUri:s workItemUris:*s provenance:@resultProvenance fixes:*@fix taxa:*@reportingDescriptorReference webRequest:@webRequest webResponse:@webResponse properties:o',
  resultProvenance:
    'firstDetectionTimeUtc:s lastDetectionTimeUtc:s firstDetectionRunGuid:s lastDetectionRunGuid:s invocationIndex:i conversionSources:*@physicalLocation properties:o',
  run: 'tool!:@tool invocations:*@invocation conversion:@conversion language:s versionControlProvenance:*@versionControlDetails originalUriBaseIds:%@artifactLocation artifacts:*@artifact logicalLocations:*@logicalLocation graphs:*@graph results:*@result automationDetails:@runAutomationDetails runAggregates:*@runAutomationDetails baselineGuid:s redactionTokens:*s defaultEncoding:s defaultSourceLanguage:s newlineSequences:*s columnKind:=utf16CodeUnits|unicodeCodePoints externalPropertyFileReferences:@externalPropertyFileReferences threadFlowLocations:*@threadFlowLocation taxonomies:*@toolComponent addresses:*@address translations:*@toolComponent policies:*@toolComponent webRequests:*@webRequest webResponses:*@webResponse specialLocations:@specialLocations properties:o',
  runAutomationDetails: 'description:@message id:s guid:s correlationGuid:s properties:o',
  specialLocations: 'displayBase:@artifactLocation properties:o',
  stack: 'message:@message frames!:*@stackFrame properties:o',
  stackFrame: 'location:@location module:s threadId:i parameters:*s properties:o',
  suppression:
    'guid:s kind!:=inSource|external status:=accepted|underReview|rejected justification:s location:@location properties:o',
  threadFlow:
    'id:s message:@message initialState:%@multiformatMessageString immutableState:%@multiformatMessageString locations!:*@threadFlowLocation properties:o',
  threadFlowLocation:
    'index:i location:@location stack:@stack kinds:*s taxa:*@reportingDescriptorReference module:s state:%@multiformatMessageString nestingLevel:i executionOrder:i executionTimeUtc:s importance:=important|essential|unimportant webRequest:@webRequest webResponse:@webResponse properties:o',
  tool: 'driver!:@toolComponent extensions:*@toolComponent properties:o',
  toolComponent:
    'guid:s name!:s organization:s product:s productSuite:s shortDescription:@multiformatMessageString fullDescription:@multiformatMessageString fullName:s version:s semanticVersion:s dottedQuadFileVersion:s releaseDateUtc:s downloadUri:s informationUri:s globalMessageStrings:%@multiformatMessageString notifications:*@reportingDescriptor rules:*@reportingDescriptor taxa:*@reportingDescriptor locations:*@artifactLocation language:s contents:*=localizedData|nonLocalizedData isComprehensive:b localizedDataSemanticVersion:s minimumRequiredLocalizedDataSemanticVersion:s associatedComponent:@toolComponentReference translationMetadata:@translationMetadata supportedTaxonomies:*@toolComponentReference properties:o',
  toolComponentReference: 'name:s index:i guid:s properties:o',
  translationMetadata:
    'name!:s fullName:s shortDescription:@multiformatMessageString fullDescription:@multiformatMessageString downloadUri:s informationUri:s properties:o',
  versionControlDetails:
    'repositoryUri!:s revisionId:s branch:s revisionTag:s asOfTimeUtc:s mappedTo:@artifactLocation properties:o',
  webRequest:
    'index:i protocol:s version:s target:s method:s headers:%s parameters:%s body:@artifactContent properties:o',
  webResponse:
    'index:i protocol:s version:s statusCode:i reasonPhrase:s headers:%s body:@artifactContent noResponseReceived:b properties:o',
}
