package io.millrace.app.e2e;

import io.millrace.app.wire.WireProxy;
import io.millrace.local.ChildCluster;
import io.millrace.local.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** Three brokers, wires to them that can be made faulty, and instances that know the brokers by their wires only. The test itself goes direct. */
final class WiredWorld implements AutoCloseable {
    static final int BROKERS = 3;

    private final Path directory;
    private final AtomicInteger started = new AtomicInteger();
    private final Map<String, MillraceProcess> processes = new HashMap<>();
    private final List<MillraceProcess> all = new ArrayList<>();
    final Admin admin;
    final ChildCluster cluster;
    final WireProxy proxy;
    final Offsets offsets;

    /** @param directory where brokers, state and logs go */
    WiredWorld(Path directory) {
        this.directory = directory;
        this.cluster = ChildCluster.start(directory, BROKERS, Map.of());
        this.proxy = WireProxy.of(cluster);
        this.admin = Admin.create(Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "request.timeout.ms",
                "5000",
                "default.api.timeout.ms",
                "60000"));
        this.offsets = new Offsets(admin);
    }

    /** What the test's own clients need as {@code bootstrap.servers}. */
    String brokers() {
        return cluster.bootstrapServers();
    }

    void createTopic(String topic, int partitions) {
        // Event times lie where the test wants them: a topic with the default retention would delete its results.
        Topics.create(brokers(), topic, partitions, Map.of("retention.ms", "-1"));
    }

    Path write(String jobName, String job) throws IOException {
        return Files.writeString(directory.resolve(jobName + ".yaml"), job);
    }

    Path state(String name) {
        return directory.resolve("state-" + name);
    }

    /**
     * Starts an instance in a process of its own.
     *
     * @param name tells it from others; the same name has the same state directory
     */
    MillraceProcess start(Path job, String name, String... options) {
        return start(job, name, List.of(), options);
    }

    /** Likewise, with flags for its JVM. */
    MillraceProcess start(Path job, String name, List<String> flags, String... options) {
        MillraceProcess process = MillraceProcess.start(
                directory.resolve("run-" + started.incrementAndGet() + "-" + name + ".log"),
                job,
                flags,
                Map.of(
                        "KAFKA",
                        cluster.wiredBootstrapServers(),
                        "STATE",
                        state(name).toString(),
                        // Many short lives on few cores.
                        "JAVA_TOOL_OPTIONS",
                        "-XX:TieredStopAtLevel=1"),
                options);
        processes.put(name, process);
        all.add(process);
        return process;
    }

    /** The last one of this name. */
    MillraceProcess instance(String name) {
        MillraceProcess process = processes.get(name);
        if (process == null) {
            throw new IllegalStateException("no instance " + name + " was started");
        }
        return process;
    }

    /** What all instances have printed, in the order of their starts. */
    List<String> outputs() {
        return all.stream().map(MillraceProcess::output).toList();
    }

    /** The same for failures. */
    String logs() {
        return String.join("\n---- next process\n", outputs());
    }

    /** Partitions, of whatever topic, whose last records no read_committed reader sees, with both ends. */
    Set<String> hanging() {
        return hanging("");
    }

    /** Those of topics whose names begin like this. */
    Set<String> hanging(String prefix) {
        Set<String> hanging = new TreeSet<>();
        Set<String> topics = Offsets.get(admin.listTopics(new ListTopicsOptions().listInternal(true))
                        .names())
                .stream()
                .filter(topic -> topic.startsWith(prefix))
                .collect(Collectors.toSet());
        Map<String, TopicDescription> found =
                Offsets.get(admin.describeTopics(topics).allTopicNames());
        found.forEach((topic, description) -> {
            int partitions = description.partitions().size();
            Map<TopicPartition, Long> stable = offsets.ends(topic, partitions, true);
            offsets.ends(topic, partitions, false).forEach((partition, end) -> {
                if (stable.getOrDefault(partition, -1L) < end) {
                    hanging.add(partition + " is stable up to " + stable.get(partition) + " of " + end);
                }
            });
        });
        return hanging;
    }

    /** Who is in a job's group, by the names that they keep over restarts. */
    Set<String> members(String group) {
        return Offsets.get(admin.describeClassicGroups(Set.of(group)).all()).values().stream()
                .flatMap(description -> description.members().stream())
                .flatMap(member -> member.groupInstanceId().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Waits until every replica of every partition has caught up. */
    void awaitInSync() {
        Await.until(this::isInSync, Duration.ofSeconds(60), () -> "replicas do not catch up");
    }

    private boolean isInSync() {
        Set<String> topics = Offsets.get(
                admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        return Offsets.get(admin.describeTopics(topics).allTopicNames()).values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .allMatch(partition ->
                        partition.isr().size() == partition.replicas().size());
    }

    @Override
    public void close() {
        all.forEach(MillraceProcess::close);
        admin.close();
        proxy.close();
        cluster.close();
    }
}
