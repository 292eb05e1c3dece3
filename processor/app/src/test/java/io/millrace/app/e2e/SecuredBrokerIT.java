package io.millrace.app.e2e;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.PatternType.LITERAL;
import static org.apache.kafka.common.resource.PatternType.PREFIXED;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.ClickProducer;
import io.millrace.local.Clicks;
import io.millrace.local.LocalBroker;
import io.millrace.local.Topics;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that asks who you are, and lets you do only what you may. The rights are those that docs/operations.md lists. */
class SecuredBrokerIT {
    private static final String PASSWORD = "right-horse";
    private static final String LOGIN = """
              security.protocol: ${PROTOCOL:-SASL_PLAINTEXT}
              sasl.mechanism: PLAIN
              sasl.jaas.config: >-
                org.apache.kafka.common.security.plain.PlainLoginModule required username="job" password="${PASSWORD}";
            """;
    private static final long CLICKS = 2_000;

    @TempDir
    private static Path directory;

    private static int plainPort;
    private static int saslPort;
    private static LocalBroker broker;
    private static Admin admin;
    private static Clicks clicks;
    private static Path job;

    @BeforeAll
    static void start() throws IOException {
        plainPort = freePort();
        saslPort = freePort();
        int controllerPort = freePort();
        Map<String, String> overrides = new HashMap<>();
        overrides.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + plainPort + ",SASL_PLAINTEXT://127.0.0.1:" + saslPort
                        + ",CONTROLLER://127.0.0.1:" + controllerPort);
        overrides.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        overrides.put(
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
        overrides.put("inter.broker.listener.name", "PLAINTEXT");
        overrides.put("sasl.enabled.mechanisms", "PLAIN");
        overrides.put(
                "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required user_job=\"" + PASSWORD + "\";");
        overrides.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        // Whoever comes by the other listener: the broker itself, and this test.
        overrides.put("super.users", "User:ANONYMOUS");
        broker = LocalBroker.start(directory.resolve("broker"), plainPort, overrides);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        Topics.create(broker.bootstrapServers(), PageStats.SOURCE, 2);
        Topics.create(broker.bootstrapServers(), PageStats.SINK, 2, Map.of("retention.ms", "-1"));
        clicks = Clicks.of(1, Instant.parse("2026-03-01T00:00:00Z"), 500);
        try (ClickProducer producer = new ClickProducer(broker.bootstrapServers(), PageStats.SOURCE, clicks)) {
            producer.send(0, CLICKS);
        }
        String servers = "  bootstrap.servers: ${KAFKA}\n";
        assertThat(PageStats.job(false)).contains(servers);
        job = Files.writeString(
                directory.resolve("secured.yaml"), PageStats.job(false).replace(servers, servers + LOGIN.indent(0)));
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    @BeforeEach
    void nothingIsAllowed() {
        Offsets.get(admin.deleteAcls(Set.of(AclBindingFilter.ANY)).all());
    }

    @Test
    void a_wrong_password_stops_the_job_and_is_not_told() throws Exception {
        String output = end(Map.of("PASSWORD", "wrong-horse"), 1);
        assertThat(output).contains("Authentication failed").doesNotContain("horse");
    }

    /** Nobody can tell it from a network that swallows what it does not like, so it is waited for. */
    @Test
    void a_broker_without_tls_is_waited_for_by_a_job_that_wants_it_and_the_log_says_why() throws Exception {
        try (MillraceProcess process = begin(Map.of("PROTOCOL", "SSL"))) {
            Await.until(
                    () -> process.output().contains("cannot reach Kafka at 127.0.0.1:" + saslPort),
                    World.LIMIT,
                    process::output);
            assertThat(process.output()).contains("terminated during authentication");
            process.terminate();
            assertThat(process.exitCode(World.LIMIT)).as(process::output).isZero();
        }
    }

    @Test
    void a_missing_right_is_named_with_what_it_is_for() throws Exception {
        assertThat(end(Map.of(), 1)).contains("no right to DESCRIBE topic").contains("add an ACL for it");
        allow(rights().filter(binding -> binding.pattern().resourceType() != GROUP));
        assertThat(end(Map.of(), 1)).contains("Not authorized to access group: page-stats");
        nothingIsAllowed();
        allow(rights().filter(binding -> binding.pattern().resourceType() != TRANSACTIONAL_ID));
        assertThat(end(Map.of(), 1)).containsIgnoringCase("transactional id authorization failed");
    }

    @Test
    void the_rights_in_the_documentation_are_enough() throws Exception {
        allow(rights());
        end(Map.of(), 0, "--until-end");
        assertThat(PageStats.values(Topics.readCommitted(broker.bootstrapServers(), PageStats.SINK)))
                .containsExactlyInAnyOrderElementsOf(PageStats.expected(clicks, CLICKS));
    }

    /** What an instance says that ends by itself. */
    private static String end(Map<String, String> environment, int exitCode, String... options) throws Exception {
        try (MillraceProcess process = begin(environment, options)) {
            assertThat(process.exitCode(World.LIMIT)).as(process::output).isEqualTo(exitCode);
            return process.output();
        }
    }

    private static MillraceProcess begin(Map<String, String> environment, String... options) throws IOException {
        Map<String, String> all = new HashMap<>(environment);
        all.put("KAFKA", "127.0.0.1:" + saslPort);
        all.putIfAbsent("PASSWORD", PASSWORD);
        all.put("STATE", directory.resolve("state").toString());
        Path log = Files.createTempFile(directory, "run", ".log");
        return MillraceProcess.start(log, job, all, options);
    }

    private static Stream<AclBinding> rights() {
        return Stream.of(
                        rights(TOPIC, PageStats.SOURCE, LITERAL, READ, DESCRIBE, DESCRIBE_CONFIGS),
                        rights(TOPIC, PageStats.SINK, LITERAL, WRITE, DESCRIBE, DESCRIBE_CONFIGS),
                        rights(TOPIC, "page-stats-", PREFIXED, READ, WRITE, CREATE, DELETE, DESCRIBE, DESCRIBE_CONFIGS),
                        rights(GROUP, "page-stats", LITERAL, READ),
                        rights(TRANSACTIONAL_ID, "page-stats-", PREFIXED, WRITE, DESCRIBE))
                .flatMap(rights -> rights);
    }

    private static Stream<AclBinding> rights(
            ResourceType type, String name, PatternType pattern, AclOperation... operations) {
        return Stream.of(operations)
                .map(operation -> new AclBinding(
                        new ResourcePattern(type, name, pattern),
                        new AccessControlEntry("User:job", "*", operation, AclPermissionType.ALLOW)));
    }

    private static void allow(Stream<AclBinding> rights) {
        Offsets.get(admin.createAcls(rights.collect(Collectors.toSet())).all());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
