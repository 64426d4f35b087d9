/**
 * Documents that real products answer with, written from their documentation or source (beside each), in their good and
 * their bad form. All of them are answers with 200 unless a status stands there: then that is what the product sends.
 */
export interface ProductDocument {
  product: string
  source: string
  status?: number
  /** An object is sent as JSON, a text as it is. */
  body: unknown
  /** `good`, `tolerated` (green with a warning), or what the message must say. */
  verdict: 'good' | 'tolerated' | RegExp
}

const SPRING = 'https://docs.spring.io/spring-boot/api/rest/actuator/health.html'
const CLOUD =
  'https://docs.spring.io/spring-cloud-commons/reference/spring-cloud-commons/common-abstractions.html'
const AIRFLOW =
  'https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/logging-monitoring/check-health.html'
const SONAR = 'https://docs.sonarsource.com/sonarqube-server/server-update-and-maintenance/monitoring'
const ELASTIC = 'https://www.elastic.co/guide/en/elasticsearch/reference/current/cluster-health.html'
const REPORT = 'https://www.elastic.co/guide/en/elasticsearch/reference/current/health-api.html'
const ASP = 'https://learn.microsoft.com/aspnet/core/host-and-deploy/health-checks'
const NEST = 'https://docs.nestjs.com/recipes/terminus'
const MICROPROFILE =
  'https://download.eclipse.org/microprofile/microprofile-health-4.0.1/microprofile-health-spec-4.0.1.html'
const DRAFT = 'https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06'
const CONSUL = 'https://developer.hashicorp.com/consul/api-docs/health'
const VAULT = 'https://developer.hashicorp.com/vault/api-docs/system/health'
const KAFKA_CONNECT = 'https://docs.confluent.io/platform/current/connect/references/restapi.html'
const HARBOR = 'https://github.com/goharbor/harbor/blob/main/api/v2.0/swagger.yaml'
const GITLAB = 'https://docs.gitlab.com/administration/monitoring/health_check/'
const SENSU = 'https://docs.sensu.io/sensu-go/latest/api/other/health/'
const ENVOY = 'https://www.envoyproxy.io/docs/envoy/latest/operations/admin'
const HASURA = 'https://hasura.io/docs/2.0/api-reference/health/'
const ETCD = 'https://etcd.io/docs/v3.6/op-guide/monitoring/'
const NEXTCLOUD = 'https://github.com/nextcloud/server/blob/master/status.php'
const SENTRY = 'https://github.com/getsentry/sentry/blob/master/src/sentry/middleware/health.py'
const DIRECTUS = 'https://docs.directus.io/reference/system/server.html'
const GRAPHQL = 'https://spec.graphql.org/October2021/#sec-Errors'
const RABBIT = 'https://www.rabbitmq.com/docs/monitoring#health-checks'
const EUREKA = 'https://github.com/Netflix/eureka/wiki/Eureka-REST-operations'
const ARANGO = 'https://docs.arangodb.com/stable/develop/http-api/cluster/'
const ARTIFACTORY = 'https://jfrog.com/help/r/jfrog-rest-apis/router-health'
const N8N = 'https://docs.n8n.io/hosting/logging-monitoring/monitoring/'

export const DOCUMENTS: readonly ProductDocument[] = [
  {
    product: 'Airflow 2',
    source: AIRFLOW,
    body: {
      metadatabase: { status: 'healthy' },
      scheduler: { status: 'healthy', latest_scheduler_heartbeat: '2018-12-26 17:15:11+00:00' },
      triggerer: { status: 'healthy', latest_triggerer_heartbeat: '2018-12-26 17:16:12+00:00' },
      dag_processor: { status: null, latest_dag_processor_heartbeat: null },
    },
    verdict: 'good',
  },
  {
    product: 'Airflow, the scheduler has died',
    source: AIRFLOW,
    body: {
      metadatabase: { status: 'healthy' },
      scheduler: { status: 'unhealthy', latest_scheduler_heartbeat: '2018-12-26 17:15:11+00:00' },
    },
    verdict: /^scheduler is "unhealthy"$/,
  },
  {
    product: 'SonarQube status',
    source: SONAR,
    body: { id: '20150504120436', version: '5.1', status: 'UP' },
    verdict: 'good',
  },
  {
    product: 'SonarQube, a migration is needed',
    source: SONAR,
    body: { id: '20150504120436', version: '5.1', status: 'DB_MIGRATION_NEEDED' },
    verdict: /^status is "DB_MIGRATION_NEEDED"/,
  },
  {
    product: 'SonarQube health',
    source: SONAR,
    body: {
      health: 'GREEN',
      causes: [],
      nodes: [{ name: 'app-1', type: 'APPLICATION', health: 'GREEN', causes: [] }],
    },
    verdict: 'good',
  },
  {
    product: 'SonarQube health, a node is yellow',
    source: SONAR,
    body: {
      health: 'YELLOW',
      causes: [{ message: 'Elasticsearch status is YELLOW' }],
      nodes: [{ name: 'app-1', health: 'YELLOW', causes: ['foo'] }],
    },
    verdict: 'tolerated',
  },
  {
    product: 'SonarQube health, red',
    source: SONAR,
    body: {
      health: 'RED',
      causes: [{ message: 'Application node app-1 is RED' }],
      nodes: [{ name: 'app-1', health: 'RED' }],
    },
    verdict: /^nodes\.app-1 is "RED"$/,
  },
  {
    product: 'Elasticsearch cluster',
    source: ELASTIC,
    body: { cluster_name: 'es', status: 'green', timed_out: false, number_of_nodes: 3, unassigned_shards: 0 },
    verdict: 'good',
  },
  {
    product: 'Elasticsearch, one node with replicas',
    source: ELASTIC,
    body: {
      cluster_name: 'es',
      status: 'yellow',
      timed_out: false,
      number_of_nodes: 1,
      unassigned_shards: 1,
    },
    verdict: 'tolerated',
  },
  {
    product: 'Elasticsearch, red',
    source: ELASTIC,
    body: { cluster_name: 'es', status: 'red', timed_out: false },
    verdict: /^status is "red"$/,
  },
  {
    product: 'Elasticsearch health report',
    source: REPORT,
    body: {
      status: 'green',
      cluster_name: 'es',
      indicators: {
        master_is_stable: {
          status: 'green',
          symptom: 'The cluster has a stable master node',
          details: { recent_masters: [] },
        },
        slm: { status: 'green', symptom: 'No policies', details: { slm_status: 'RUNNING', policies: 0 } },
      },
    },
    verdict: 'good',
  },
  {
    product: 'Elasticsearch health report, disk',
    source: REPORT,
    body: {
      status: 'red',
      indicators: {
        disk: { status: 'red', symptom: '1 node is out of disk space' },
        ilm: { status: 'green' },
      },
    },
    verdict: /^indicators\.disk is "red"$/,
  },
  {
    product: 'Elasticsearch health report, nobody knows yet',
    source: REPORT,
    body: { status: 'green', indicators: { shards_capacity: { status: 'unknown' } } },
    verdict: 'tolerated',
  },
  {
    product: 'Spring Boot with details',
    source: SPRING,
    body: {
      status: 'UP',
      components: {
        broker: { status: 'UP', components: { us1: { status: 'UP', details: { version: '1.0.2' } } } },
        db: { status: 'UP', details: { database: 'H2', validationQuery: 'isValid()' } },
        diskSpace: {
          status: 'UP',
          details: { total: 76887154688, free: 46931845120, path: '/.', exists: true },
        },
      },
    },
    verdict: 'good',
  },
  {
    product: 'Spring Boot, the database is down',
    source: SPRING,
    status: 503,
    body: {
      status: 'DOWN',
      components: {
        db: { status: 'DOWN', details: { error: 'java.sql.SQLException: refused' } },
        ping: { status: 'UP' },
      },
    },
    verdict: /^components\.db is "DOWN"$/,
  },
  {
    product: 'Spring Boot, out of service',
    source: SPRING,
    status: 503,
    body: { status: 'OUT_OF_SERVICE', groups: ['liveness', 'readiness'] },
    verdict: /^status is "OUT_OF_SERVICE"$/,
  },
  {
    product: 'Spring Boot, details hidden',
    source: SPRING,
    body: { status: 'UP', groups: ['liveness'] },
    verdict: 'good',
  },
  {
    product: 'Spring Boot 2.0, components were details',
    source: 'https://docs.spring.io/spring-boot/docs/2.0.x/actuator-api/html/#health-retrieving',
    body: {
      status: 'UP',
      details: { diskSpace: { status: 'UP', details: { threshold: 10485760 } }, db: { status: 'DOWN' } },
    },
    verdict: /^details\.db is "DOWN"$/,
  },
  {
    product: 'Spring Cloud, the discovery client does not know',
    source: CLOUD,
    body: {
      status: 'UP',
      components: {
        discoveryComposite: {
          status: 'UP',
          components: {
            discoveryClient: { status: 'UP', details: { services: ['config-server', 'gateway'] } },
            eureka: { status: 'UNKNOWN', description: 'Remote status from Eureka server' },
          },
        },
      },
    },
    verdict: 'tolerated',
  },
  { product: 'ASP.NET Core, a text', source: ASP, body: 'Healthy', verdict: 'good' },
  { product: 'ASP.NET Core, degraded answers 200', source: ASP, body: 'Degraded', verdict: 'tolerated' },
  {
    product: 'ASP.NET Core, mapped to 200',
    source: ASP,
    body: 'Unhealthy',
    verdict: /^the answer is "Unhealthy"$/,
  },
  {
    product: 'ASP.NET Core with the UI writer',
    source: 'https://github.com/Xabaril/AspNetCore.Diagnostics.HealthChecks#ui-changelog',
    body: {
      status: 'Healthy',
      totalDuration: '00:00:00.0211',
      entries: { sqlserver: { data: {}, duration: '00:00:00.0089', status: 'Healthy', tags: [] } },
    },
    verdict: 'good',
  },
  {
    product: 'ASP.NET Core with the UI writer, one is unhealthy',
    source: 'https://github.com/Xabaril/AspNetCore.Diagnostics.HealthChecks#ui-changelog',
    body: {
      status: 'Unhealthy',
      entries: {
        sqlserver: { data: {}, description: 'Login failed', status: 'Unhealthy' },
        redis: { data: {}, status: 'Healthy' },
      },
    },
    verdict: /^entries\.sqlserver is "Unhealthy"$/,
  },
  {
    product: 'NestJS terminus',
    source: NEST,
    body: {
      status: 'ok',
      info: { google: { status: 'up' } },
      error: {},
      details: { google: { status: 'up' } },
    },
    verdict: 'good',
  },
  {
    product: 'NestJS terminus, a part is down',
    source: NEST,
    status: 503,
    body: {
      status: 'error',
      info: { google: { status: 'up' } },
      error: { redis: { status: 'down', message: 'connect ECONNREFUSED' } },
      details: { google: { status: 'up' }, redis: { status: 'down', message: 'connect ECONNREFUSED' } },
    },
    verdict: /^error\.redis is "down", details\.redis is "down"$/,
  },
  {
    product: 'NestJS terminus, shutting down',
    source: NEST,
    status: 503,
    body: { status: 'shutting_down', info: {}, error: {}, details: {} },
    verdict: /shutting_down/,
  },
  {
    product: 'MicroProfile without procedures',
    source: MICROPROFILE,
    body: { status: 'UP', checks: [] },
    verdict: 'good',
  },
  {
    product: 'MicroProfile',
    source: MICROPROFILE,
    status: 503,
    body: {
      status: 'DOWN',
      checks: [
        { name: 'firstCheck', status: 'DOWN', data: { key: 'down', state: 'weird' } },
        { name: 'secondCheck', status: 'UP' },
      ],
    },
    verdict: /^checks\.firstCheck is "DOWN"$/,
  },
  {
    product: 'Quarkus',
    source: 'https://quarkus.io/guides/smallrye-health',
    body: {
      status: 'UP',
      checks: [{ name: 'Database connections health check', status: 'UP', data: { '<default>': 'UP' } }],
    },
    verdict: 'good',
  },
  {
    product: 'Keycloak',
    source: 'https://www.keycloak.org/observability/health',
    body: {
      status: 'UP',
      checks: [{ name: 'Keycloak database connections async health check', status: 'UP' }],
    },
    verdict: 'good',
  },
  {
    product: 'health+json draft',
    source: DRAFT,
    body: {
      status: 'pass',
      version: '1',
      releaseId: '1.2.2',
      notes: [''],
      output: '',
      serviceId: 'f03e522f',
      checks: {
        'cassandra:responseTime': [
          {
            componentId: 'dfd6',
            componentType: 'datastore',
            observedValue: 250,
            observedUnit: 'ms',
            status: 'pass',
            affectedEndpoints: ['/users/{userId}'],
            time: '2018-01-17T03:36:48Z',
            output: '',
          },
        ],
        'cpu:utilization': [
          {
            node: 1,
            observedValue: 85,
            observedUnit: 'percent',
            status: 'warn',
            time: '2018-01-17T03:36:48Z',
          },
        ],
        uptime: [{ componentType: 'system', observedValue: 1209600.245, observedUnit: 's', status: 'pass' }],
      },
      links: { about: 'http://api.example.com/about/authz' },
    },
    verdict: 'tolerated',
  },
  {
    product: 'health+json draft, one of several measurements fails',
    source: DRAFT,
    body: {
      status: 'pass',
      checks: { 'cassandra:connections': [{ status: 'pass' }, { status: 'fail', output: 'refused' }] },
    },
    verdict: /^checks\.cassandra:connections\[1\] is "fail"$/,
  },
  {
    product: 'django-health-check, new words',
    source: 'https://github.com/codingjoe/django-health-check',
    body: { 'Cache(alias=default)': 'OK', 'Database(alias=default)': 'OK' },
    verdict: 'good',
  },
  {
    product: 'Rails 8.1',
    source: 'https://api.rubyonrails.org/classes/Rails/HealthController.html',
    body: { status: 'up', timestamp: '2026-11-21T10:00:00Z' },
    verdict: 'good',
  },
  {
    product: 'Consul, checks of a service',
    source: CONSUL,
    body: [
      {
        Node: { Node: 'foobar', Address: '10.1.10.12', Meta: {} },
        Service: { ID: 'redis', Service: 'redis', Port: 8000 },
        Checks: [{ CheckID: 'service:redis', Name: "Service 'redis' check", Status: 'passing', Output: '' }],
      },
    ],
    verdict: 'good',
  },
  {
    product: 'Consul, a node is critical',
    source: CONSUL,
    body: [
      { Node: 'foobar', CheckID: 'serfHealth', Name: 'Serf Health Status', Status: 'critical', Output: '' },
    ],
    verdict: /^Serf Health Status is "critical"$/,
  },
  {
    product: 'Vault, active',
    source: VAULT,
    body: { initialized: true, sealed: false, standby: false, performance_standby: false, version: '1.15.0' },
    verdict: 'good',
  },
  {
    product: 'Vault, sealed, with sealedcode=200',
    source: VAULT,
    body: { initialized: true, sealed: true, standby: true },
    verdict: /^sealed is "true"$/,
  },
  {
    product: 'Vault, not initialized',
    source: VAULT,
    body: { initialized: false, sealed: true, standby: true },
    verdict: /initialized is "false"/,
  },
  {
    product: 'Vault, seal backends',
    source: 'https://developer.hashicorp.com/vault/api-docs/system/seal-backend-status',
    body: {
      healthy: false,
      unhealthy_since: '2023-11-17',
      backends: [
        { name: 'transit', healthy: false },
        { name: 'ocikms', healthy: true },
      ],
    },
    verdict: /^backends\.transit\.healthy is "false"$/,
  },
  {
    product: 'Nomad agent',
    source: 'https://developer.hashicorp.com/nomad/api-docs/agent',
    body: { client: { message: 'ok', ok: true }, server: { message: 'ok', ok: true } },
    verdict: 'good',
  },
  {
    product: 'Nomad agent without leader',
    source: 'https://developer.hashicorp.com/nomad/api-docs/agent',
    body: { server: { message: 'No cluster leader', ok: false } },
    verdict: /^server\.ok is "false"$/,
  },
  {
    product: 'Eureka',
    source: EUREKA,
    body: {
      application: { name: 'SHOP', instance: [{ hostName: 'a', status: 'UP', overriddenStatus: 'UNKNOWN' }] },
    },
    verdict: 'good',
  },
  {
    product: 'Eureka, an instance is out of service',
    source: EUREKA,
    body: { application: { name: 'SHOP', instance: [{ hostName: 'a', status: 'OUT_OF_SERVICE' }] } },
    verdict: /^application\.instance\.0 is "OUT_OF_SERVICE"$/,
  },
  {
    product: 'Grafana',
    source: 'https://grafana.com/docs/grafana/latest/developers/http_api/other/#health-api',
    body: { database: 'ok', version: '11.2.0', commit: '1a2b3c' },
    verdict: 'good',
  },
  {
    product: 'Prometheus',
    source: 'https://prometheus.io/docs/prometheus/latest/management_api/',
    body: 'Prometheus Server is Healthy.\n',
    verdict: 'good',
  },
  {
    product: 'Loki',
    source: 'https://grafana.com/docs/loki/latest/reference/loki-http-api/',
    body: 'ready\n',
    verdict: 'good',
  },
  {
    product: 'MinIO',
    source: 'https://min.io/docs/minio/linux/operations/monitoring/healthcheck-probe.html',
    body: '',
    verdict: 'good',
  },
  { product: 'RabbitMQ', source: RABBIT, body: { status: 'ok' }, verdict: 'good' },
  {
    product: 'RabbitMQ, an alarm',
    source: RABBIT,
    status: 503,
    body: { status: 'failed', reason: 'There are alarms in effect in the cluster' },
    verdict: /^status is "failed"$/,
  },
  {
    product: 'Kubernetes',
    source: 'https://kubernetes.io/docs/reference/using-api/health-checks/',
    body: 'ok',
    verdict: 'good',
  },
  {
    product: 'Kubernetes, verbose',
    source: 'https://kubernetes.io/docs/reference/using-api/health-checks/',
    body: '[+]ping ok\n[+]log ok\nhealthz check passed\n',
    verdict: 'good',
  },
  { product: 'etcd', source: ETCD, body: { health: 'true', reason: '' }, verdict: 'good' },
  {
    product: 'etcd, out of space',
    source: ETCD,
    body: { health: 'false', reason: 'ALARM NOSPACE' },
    verdict: /^health is "false"$/,
  },
  {
    product: 'CouchDB',
    source: 'https://docs.couchdb.org/en/stable/api/server/common.html#up',
    body: { status: 'ok', seeds: {} },
    verdict: 'good',
  },
  {
    product: 'Nextcloud',
    source: NEXTCLOUD,
    body: {
      installed: true,
      maintenance: false,
      needsDbUpgrade: false,
      version: '28.0.1.1',
      productname: 'Nextcloud',
    },
    verdict: 'good',
  },
  {
    product: 'Nextcloud, in maintenance',
    source: NEXTCLOUD,
    body: { installed: true, maintenance: true, needsDbUpgrade: false },
    verdict: /^maintenance is "true"$/,
  },
  {
    product: 'Nextcloud, wants an upgrade',
    source: NEXTCLOUD,
    body: { installed: true, maintenance: false, needsDbUpgrade: true },
    verdict: /^needsDbUpgrade is "true"$/,
  },
  { product: 'GitLab health', source: GITLAB, body: 'GitLab OK', verdict: 'good' },
  {
    product: 'GitLab readiness',
    source: GITLAB,
    body: { status: 'ok', master_check: [{ status: 'ok' }], db_check: [{ status: 'ok' }] },
    verdict: 'good',
  },
  {
    product: 'GitLab readiness, a database fails',
    source: GITLAB,
    status: 503,
    body: {
      status: 'failed',
      master_check: [{ status: 'ok' }],
      db_check: [{ status: 'failed', message: 'unexpected Db check result: 0' }],
    },
    verdict: /^db_check\.0 is "failed"$/,
  },
  {
    product: 'Harbor',
    source: HARBOR,
    body: {
      status: 'healthy',
      components: [
        { name: 'core', status: 'healthy' },
        { name: 'redis', status: 'healthy' },
      ],
    },
    verdict: 'good',
  },
  {
    product: 'Harbor, 200 with a dead registry',
    source: HARBOR,
    body: {
      status: 'unhealthy',
      components: [
        { name: 'registry', status: 'unhealthy', error: 'dial tcp' },
        { name: 'core', status: 'healthy' },
      ],
    },
    verdict: /^components\.registry is "unhealthy"$/,
  },
  { product: 'Artifactory ping', source: ARTIFACTORY, body: 'OK', verdict: 'good' },
  {
    product: 'Artifactory router',
    source: ARTIFACTORY,
    body: {
      router: { node_id: 'a', state: 'HEALTHY', message: 'OK' },
      services: [{ service_id: 'jfrt@01', node_id: 'a', state: 'HEALTHY', message: 'OK' }],
    },
    verdict: 'good',
  },
  {
    product: 'Artifactory router, a service is unhealthy',
    source: ARTIFACTORY,
    body: { router: { state: 'HEALTHY' }, services: [{ service_id: 'jfmd@01', state: 'UNHEALTHY' }] },
    verdict: /^services\.0 is "UNHEALTHY"$/,
  },
  {
    product: 'Traefik',
    source: 'https://doc.traefik.io/traefik/operations/ping/',
    body: 'OK',
    verdict: 'good',
  },
  { product: 'Envoy', source: ENVOY, body: 'LIVE\n', verdict: 'good' },
  { product: 'Envoy, draining', source: ENVOY, body: 'DRAINING\n', verdict: /DRAINING/ },
  {
    product: 'Sentry',
    source: SENTRY,
    body: { problems: [], healthy: { WarningStatusCheck: true, CeleryAppVersionCheck: true } },
    verdict: 'good',
  },
  {
    product: 'Sentry, workers are behind',
    source: SENTRY,
    body: { problems: ['Background workers are behind'], healthy: { CeleryAliveCheck: false } },
    verdict: /^healthy\.CeleryAliveCheck is "false"$/,
  },
  {
    product: 'Kafka Connect',
    source: KAFKA_CONNECT,
    body: {
      name: 'hdfs',
      connector: { state: 'RUNNING', worker_id: 'a:8083' },
      tasks: [{ id: 0, state: 'RUNNING', worker_id: 'a:8083' }],
    },
    verdict: 'good',
  },
  {
    product: 'Kafka Connect, a task has failed',
    source: KAFKA_CONNECT,
    body: {
      name: 'hdfs',
      connector: { state: 'RUNNING' },
      tasks: [{ id: 0, state: 'FAILED', trace: 'org.apache.kafka.common.errors.RecordTooLargeException' }],
    },
    verdict: /^tasks\.0 is "FAILED"$/,
  },
  {
    product: 'Kafka Connect, paused',
    source: KAFKA_CONNECT,
    body: { name: 'hdfs', connector: { state: 'PAUSED' }, tasks: [] },
    verdict: /^connector is "PAUSED"$/,
  },
  {
    product: 'Superset',
    source: 'https://superset.apache.org/docs/configuration/configuring-superset/',
    body: 'OK',
    verdict: 'good',
  },
  { product: 'n8n', source: N8N, body: { status: 'ok' }, verdict: 'good' },
  {
    product: 'n8n, not migrated yet',
    source: N8N,
    status: 503,
    body: { status: 'error' },
    verdict: /^status is "error"$/,
  },
  {
    product: 'Directus',
    source: DIRECTUS,
    body: {
      status: 'ok',
      releaseId: '10.0.0',
      checks: {
        'pg:connection': [{ status: 'ok', componentType: 'datastore', observedUnit: 'ms', observedValue: 0 }],
      },
    },
    verdict: 'good',
  },
  { product: 'Directus ping', source: DIRECTUS, body: 'pong', verdict: 'good' },
  {
    product: 'Strapi',
    source: 'https://docs.strapi.io/cms/deployment',
    status: 204,
    body: '',
    verdict: 'good',
  },
  { product: 'Hasura', source: HASURA, body: 'OK', verdict: 'good' },
  {
    product: 'Hasura, inconsistent',
    source: HASURA,
    body: 'WARN: inconsistent objects in schema',
    verdict: 'tolerated',
  },
  {
    product: 'Hasura, broken',
    source: HASURA,
    body: 'ERROR: database is unreachable',
    verdict: /^the answer is "ERROR: database is unreachable"$/,
  },
  {
    product: 'ClickHouse',
    source: 'https://clickhouse.com/docs/interfaces/http',
    body: 'Ok.\n',
    verdict: 'good',
  },
  {
    product: 'InfluxDB',
    source: 'https://docs.influxdata.com/influxdb/v2/api/',
    body: {
      name: 'influxdb',
      message: 'ready for queries and writes',
      status: 'pass',
      checks: [],
      version: 'v2.7.1',
    },
    verdict: 'good',
  },
  {
    product: 'InfluxDB, not ready',
    source: 'https://docs.influxdata.com/influxdb/v2/api/',
    status: 503,
    body: { name: 'influxdb', message: 'starting', status: 'fail', checks: [] },
    verdict: /^status is "fail"$/,
  },
  {
    product: 'Sensu with an idle database',
    source: SENSU,
    body: {
      Alarms: null,
      ClusterHealth: [{ MemberID: 1, Name: 'default', Err: '', Healthy: true }],
      PostgresHealth: [{ Name: 'second', Active: false, Healthy: false }],
    },
    verdict: 'good',
  },
  {
    product: 'Sensu, a member is unhealthy',
    source: SENSU,
    body: {
      Alarms: null,
      ClusterHealth: [{ MemberID: 1, Name: 'backend-1', Err: 'context deadline exceeded', Healthy: false }],
    },
    verdict: /^ClusterHealth\.backend-1\.Healthy is "false"$/,
  },
  {
    product: 'Psono',
    source: 'https://doc.psono.com/admin/configuration/healthcheck.html',
    body: { time_sync: { healthy: true }, db_read: { healthy: false } },
    verdict: /^db_read\.healthy is "false"$/,
  },
  {
    product: 'Meilisearch',
    source: 'https://www.meilisearch.com/docs/reference/api/health',
    body: { status: 'available' },
    verdict: 'good',
  },
  {
    product: 'Typesense',
    source: 'https://typesense.org/docs/latest/api/cluster-operations.html#health',
    body: { ok: true },
    verdict: 'good',
  },
  {
    product: 'Typesense, out of disk',
    source: 'https://typesense.org/docs/latest/api/cluster-operations.html#health',
    body: { ok: false, resource_error: 'OUT_OF_DISK' },
    verdict: /^ok is "false"$/,
  },
  {
    product: 'ArcGIS Server',
    source: 'https://developers.arcgis.com/rest/enterprise-administration/server/healthcheck/',
    body: { success: true },
    verdict: 'good',
  },
  {
    product: 'ArcGIS Server, not ready',
    source: 'https://developers.arcgis.com/rest/enterprise-administration/server/healthcheck/',
    body: { success: false },
    verdict: /^success is "false"$/,
  },
  {
    product: 'GreptimeDB',
    source: 'https://docs.greptime.com/user-guide/deployments-administration/monitoring/check-db-status/',
    body: {},
    verdict: 'good',
  },
  {
    product: 'ArangoDB',
    source: ARANGO,
    body: {
      Health: {
        'PRMR-1': { ShortName: 'DBServer1', Status: 'GOOD', SyncStatus: 'SERVING' },
        'CRDN-1': { Status: 'GOOD' },
      },
      error: false,
      code: 200,
    },
    verdict: 'good',
  },
  {
    product: 'ArangoDB, a server has failed',
    source: ARANGO,
    body: { Health: { 'PRMR-1': { Status: 'FAILED' } }, error: false, code: 200 },
    verdict: /^Health\.PRMR-1 is "FAILED"$/,
  },
  {
    product: 'Ceph',
    source: 'https://docs.ceph.com/en/latest/rados/operations/health-checks/',
    body: { health: { status: 'HEALTH_OK', checks: {}, mutes: [] } },
    verdict: 'good',
  },
  {
    product: 'Ceph, warns',
    source: 'https://docs.ceph.com/en/latest/rados/operations/health-checks/',
    body: { health: { status: 'HEALTH_WARN', checks: {} } },
    verdict: 'tolerated',
  },
  {
    product: 'Ceph, error',
    source: 'https://docs.ceph.com/en/latest/rados/operations/health-checks/',
    body: { health: { status: 'HEALTH_ERR' } },
    verdict: /^health\.status is "HEALTH_ERR"$/,
  },
  {
    product: 'gRPC health over JSON',
    source: 'https://github.com/grpc/grpc/blob/master/doc/health-checking.md',
    body: { status: 'SERVING' },
    verdict: 'good',
  },
  {
    product: 'gRPC health over JSON, not serving',
    source: 'https://github.com/grpc/grpc/blob/master/doc/health-checking.md',
    body: { status: 'NOT_SERVING' },
    verdict: /^status is "NOT_SERVING"$/,
  },
  { product: 'GraphQL', source: GRAPHQL, body: { data: { hero: { name: 'R2-D2' } } }, verdict: 'good' },
  {
    product: 'GraphQL with an error',
    source: GRAPHQL,
    body: {
      errors: [{ message: 'Name for character with ID 1002 could not be fetched.', path: ['hero'] }],
      data: { hero: null },
    },
    verdict: /^errors is "Name for character/,
  },
  {
    product: 'Atlassian Jira',
    source: 'https://confluence.atlassian.com/jirakb/how-to-check-the-status-of-jira-1188408024.html',
    body: { state: 'RUNNING' },
    verdict: 'good',
  },
  {
    product: 'Atlassian Jira, starting',
    source: 'https://confluence.atlassian.com/jirakb/how-to-check-the-status-of-jira-1188408024.html',
    body: { state: 'STARTING' },
    verdict: /^state is "STARTING"/,
  },
]
