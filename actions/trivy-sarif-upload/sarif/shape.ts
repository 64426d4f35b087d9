/**
 * SARIF 2.1.0 as its JSON schema has it, one line per definition: `name:type`, `name!:type` when it is required. Types are
 * s(tring), u(ri), d(ate and time), g(uid), y (a language), t (a media type), q (a version in four parts), i(nteger),
 * j, k and p (integers from -1, 0 and 1), n(umber), r(ank), b(oolean), o(bject of any kind), `=a|b` one of these words,
 * `@x` as defined under x, and before a type `*` for a list of it, `+` for one that is not empty, `~` for one without
 * duplicates, and `%` for a map to it. Made by scripts/sarif-shape.ts from the schema.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json
 */
export const SHAPES: Readonly<Record<string, string>> = {
  log: '$schema:u version!:=2.1.0 runs!:*@run inlineExternalProperties:*@externalProperties properties:o',
  address:
    'absoluteAddress:j relativeAddress:i length:i kind:s name:s fullyQualifiedName:s offsetFromParent:i index:j parentIndex:j properties:o',
  artifact:
    'description:@message location:@artifactLocation parentIndex:j offset:k length:j roles:~=analysisTarget|attachment|responseFile|resultFile|standardStream|tracedFile|unmodified|modified|added|deleted|renamed|uncontrolled|driver|extension|translation|taxonomy|policy|referencedOnCommandLine|memoryContents|directory|userSpecifiedConfiguration|toolSpecifiedConfiguration|debugOutputFile mimeType:t contents:@artifactContent encoding:s sourceLanguage:s hashes:%s lastModifiedTimeUtc:d properties:o',
  artifactChange: 'artifactLocation!:@artifactLocation replacements!:+@replacement properties:o',
  artifactContent: 'text:s binary:s rendered:@multiformatMessageString properties:o',
  artifactLocation: 'uri:s uriBaseId:s index:j description:@message properties:o',
  attachment:
    'description:@message artifactLocation!:@artifactLocation regions:*@region rectangles:*@rectangle properties:o',
  codeFlow: 'message:@message threadFlows!:+@threadFlow properties:o',
  configurationOverride:
    'configuration!:@reportingConfiguration descriptor!:@reportingDescriptorReference properties:o',
  conversion: 'tool!:@tool invocation:@invocation analysisToolLogFiles:*@artifactLocation properties:o',
  edge: 'id!:s label:@message sourceNodeId!:s targetNodeId!:s properties:o',
  edgeTraversal:
    'edgeId!:s message:@message finalState:%@multiformatMessageString stepOverEdgeCount:k properties:o',
  exception: 'kind:s message:s stack:@stack innerExceptions:*@exception properties:o',
  externalProperties:
    'schema:u version:=2.1.0 guid:g runGuid:g conversion:@conversion graphs:*@graph externalizedProperties:o artifacts:*@artifact invocations:*@invocation logicalLocations:*@logicalLocation threadFlowLocations:*@threadFlowLocation results:*@result taxonomies:*@toolComponent driver:@toolComponent extensions:*@toolComponent policies:*@toolComponent translations:*@toolComponent addresses:*@address webRequests:*@webRequest webResponses:*@webResponse properties:o',
  externalPropertyFileReference: 'location:@artifactLocation guid:g itemCount:j properties:o',
  externalPropertyFileReferences:
    'conversion:@externalPropertyFileReference graphs:*@externalPropertyFileReference externalizedProperties:@externalPropertyFileReference artifacts:*@externalPropertyFileReference invocations:*@externalPropertyFileReference logicalLocations:*@externalPropertyFileReference threadFlowLocations:*@externalPropertyFileReference results:*@externalPropertyFileReference taxonomies:*@externalPropertyFileReference addresses:*@externalPropertyFileReference driver:@externalPropertyFileReference extensions:*@externalPropertyFileReference policies:*@externalPropertyFileReference translations:*@externalPropertyFileReference webRequests:*@externalPropertyFileReference webResponses:*@externalPropertyFileReference properties:o',
  fix: 'description:@message artifactChanges!:+@artifactChange properties:o',
  graph: 'description:@message nodes:*@node edges:*@edge properties:o',
  graphTraversal:
    'runGraphIndex:j resultGraphIndex:j description:@message initialState:%@multiformatMessageString immutableState:%@multiformatMessageString edgeTraversals:*@edgeTraversal properties:o',
  invocation:
    'commandLine:s arguments:*s responseFiles:*@artifactLocation startTimeUtc:d endTimeUtc:d exitCode:i ruleConfigurationOverrides:*@configurationOverride notificationConfigurationOverrides:*@configurationOverride toolExecutionNotifications:*@notification toolConfigurationNotifications:*@notification exitCodeDescription:s exitSignalName:s exitSignalNumber:i processStartFailureMessage:s executionSuccessful!:b machine:s account:s processId:i executableLocation:@artifactLocation workingDirectory:@artifactLocation environmentVariables:%s stdin:@artifactLocation stdout:@artifactLocation stderr:@artifactLocation stdoutStderr:@artifactLocation properties:o',
  location:
    'id:j physicalLocation:@physicalLocation logicalLocations:*@logicalLocation message:@message annotations:*@region relationships:*@locationRelationship properties:o',
  locationRelationship: 'target!:k kinds:~s description:@message properties:o',
  logicalLocation: 'name:s index:j fullyQualifiedName:s decoratedName:s parentIndex:j kind:s properties:o',
  message: 'text:s markdown:s id:s arguments:*s properties:o',
  multiformatMessageString: 'text!:s markdown:s properties:o',
  node: 'id!:s label:@message location:@location children:*@node properties:o',
  notification:
    'locations:*@location message!:@message level:=none|note|warning|error threadId:i timeUtc:d exception:@exception descriptor:@reportingDescriptorReference associatedRule:@reportingDescriptorReference properties:o',
  physicalLocation:
    'address:@address artifactLocation:@artifactLocation region:@region contextRegion:@region properties:o',
  rectangle: 'top:n left:n bottom:n right:n message:@message properties:o',
  region:
    'startLine:p startColumn:p endLine:p endColumn:p charOffset:j charLength:k byteOffset:j byteLength:k snippet:@artifactContent message:@message sourceLanguage:s properties:o',
  replacement: 'deletedRegion!:@region insertedContent:@artifactContent properties:o',
  reportingDescriptor:
    'id!:s deprecatedIds:~s guid:g deprecatedGuids:~g name:s deprecatedNames:~s shortDescription:@multiformatMessageString fullDescription:@multiformatMessageString messageStrings:%@multiformatMessageString defaultConfiguration:@reportingConfiguration helpUri:u help:@multiformatMessageString relationships:*@reportingDescriptorRelationship properties:o',
  reportingConfiguration: 'enabled:b level:=none|note|warning|error rank:r parameters:o properties:o',
  reportingDescriptorReference: 'id:s index:j guid:g toolComponent:@toolComponentReference properties:o',
  reportingDescriptorRelationship:
    'target!:@reportingDescriptorReference kinds:~s description:@message properties:o',
  result:
    'ruleId:s ruleIndex:j rule:@reportingDescriptorReference kind:=notApplicable|pass|fail|review|open|informational level:=none|note|warning|error message!:@message analysisTarget:@artifactLocation locations:*@location guid:g correlationGuid:g occurrenceCount:p partialFingerprints:%s fingerprints:%s stacks:*@stack codeFlows:*@codeFlow graphs:*@graph graphTraversals:*@graphTraversal relatedLocations:*@location suppressions:*@suppression baselineState:=new|unchanged|updated|absent rank:r attachments:*@attachment hostedViewerUri:u workItemUris:~u provenance:@resultProvenance fixes:*@fix taxa:*@reportingDescriptorReference webRequest:@webRequest webResponse:@webResponse properties:o',
  resultProvenance:
    'firstDetectionTimeUtc:d lastDetectionTimeUtc:d firstDetectionRunGuid:g lastDetectionRunGuid:g invocationIndex:j conversionSources:*@physicalLocation properties:o',
  run: 'tool!:@tool invocations:*@invocation conversion:@conversion language:y versionControlProvenance:*@versionControlDetails originalUriBaseIds:%@artifactLocation artifacts:*@artifact logicalLocations:*@logicalLocation graphs:*@graph results:*@result automationDetails:@runAutomationDetails runAggregates:*@runAutomationDetails baselineGuid:g redactionTokens:~s defaultEncoding:s defaultSourceLanguage:s newlineSequences:+s columnKind:=utf16CodeUnits|unicodeCodePoints externalPropertyFileReferences:@externalPropertyFileReferences threadFlowLocations:*@threadFlowLocation taxonomies:*@toolComponent addresses:*@address translations:*@toolComponent policies:*@toolComponent webRequests:*@webRequest webResponses:*@webResponse specialLocations:@specialLocations properties:o',
  runAutomationDetails: 'description:@message id:s guid:g correlationGuid:g properties:o',
  specialLocations: 'displayBase:@artifactLocation properties:o',
  stack: 'message:@message frames!:*@stackFrame properties:o',
  stackFrame: 'location:@location module:s threadId:i parameters:*s properties:o',
  suppression:
    'guid:g kind!:=inSource|external status:=accepted|underReview|rejected justification:s location:@location properties:o',
  threadFlow:
    'id:s message:@message initialState:%@multiformatMessageString immutableState:%@multiformatMessageString locations!:+@threadFlowLocation properties:o',
  threadFlowLocation:
    'index:j location:@location stack:@stack kinds:~s taxa:*@reportingDescriptorReference module:s state:%@multiformatMessageString nestingLevel:k executionOrder:j executionTimeUtc:d importance:=important|essential|unimportant webRequest:@webRequest webResponse:@webResponse properties:o',
  tool: 'driver!:@toolComponent extensions:*@toolComponent properties:o',
  toolComponent:
    'guid:g name!:s organization:s product:s productSuite:s shortDescription:@multiformatMessageString fullDescription:@multiformatMessageString fullName:s version:s semanticVersion:s dottedQuadFileVersion:q releaseDateUtc:s downloadUri:u informationUri:u globalMessageStrings:%@multiformatMessageString notifications:*@reportingDescriptor rules:*@reportingDescriptor taxa:*@reportingDescriptor locations:*@artifactLocation language:y contents:~=localizedData|nonLocalizedData isComprehensive:b localizedDataSemanticVersion:s minimumRequiredLocalizedDataSemanticVersion:s associatedComponent:@toolComponentReference translationMetadata:@translationMetadata supportedTaxonomies:*@toolComponentReference properties:o',
  toolComponentReference: 'name:s index:j guid:g properties:o',
  translationMetadata:
    'name!:s fullName:s shortDescription:@multiformatMessageString fullDescription:@multiformatMessageString downloadUri:u informationUri:u properties:o',
  versionControlDetails:
    'repositoryUri!:u revisionId:s branch:s revisionTag:s asOfTimeUtc:d mappedTo:@artifactLocation properties:o',
  webRequest:
    'index:j protocol:s version:s target:s method:s headers:%s parameters:%s body:@artifactContent properties:o',
  webResponse:
    'index:j protocol:s version:s statusCode:i reasonPhrase:s headers:%s body:@artifactContent noResponseReceived:b properties:o',
}
