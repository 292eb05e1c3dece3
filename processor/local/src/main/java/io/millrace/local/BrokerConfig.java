package io.millrace.local;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** A broker's configuration: a combined node, the only one unless told otherwise, that starts and stops fast and keeps its files small. */
final class BrokerConfig {
    private static final int NODE_ID = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";
    static final String HOST = "127.0.0.1";

    private BrokerConfig() {}

    static Properties of(Path directory, int port, int controllerPort, Map<String, String> overrides) {
        Properties config = new Properties();
        config.put("process.roles", "broker,controller");
        config.put("node.id", Integer.toString(NODE_ID));
        config.put("log.dirs", directory.toString());
        config.put(
                "listeners",
                "PLAINTEXT://" + HOST + ":" + port + "," + CONTROLLER_LISTENER + "://" + HOST + ":" + controllerPort);
        config.put("controller.listener.names", CONTROLLER_LISTENER);
        config.put("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
        config.put("auto.create.topics.enable", "false");
        oneReplica(config);
        fast(config);
        small(config);
        config.putAll(overrides);
        return config;
    }

    private static void oneReplica(Properties config) {
        config.put("default.replication.factor", "1");
        config.put("offsets.topic.replication.factor", "1");
        config.put("offsets.topic.num.partitions", "4");
        config.put("transaction.state.log.replication.factor", "1");
        config.put("transaction.state.log.min.isr", "1");
        config.put("transaction.state.log.num.partitions", "4");
        config.put("share.coordinator.state.topic.replication.factor", "1");
        config.put("share.coordinator.state.topic.min.isr", "1");
        config.put("share.coordinator.state.topic.num.partitions", "1");
    }

    private static void fast(Properties config) {
        config.put("group.initial.rebalance.delay.ms", "0");
        config.put("group.min.session.timeout.ms", "500");
        config.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        // After a SIGKILL the controller refuses the same broker until its old session has ended.
        config.put("broker.session.timeout.ms", "1500");
        config.put("broker.heartbeat.interval.ms", "200");
        // There is no other broker to hand leadership to.
        config.put("controlled.shutdown.enable", "false");
        config.put("log.segment.delete.delay.ms", "1000");
    }

    private static void small(Properties config) {
        config.put("num.network.threads", "2");
        config.put("num.io.threads", "4");
        config.put("background.threads", "2");
        config.put("num.recovery.threads.per.data.dir", "1");
        config.put("log.cleaner.dedupe.buffer.size", "8388608");
        config.put("log.index.size.max.bytes", "1048576");
    }
}
