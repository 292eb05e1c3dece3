package io.millrace.runtime;

import io.millrace.engine.task.JobFailedException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnstableOffsetCommitException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Cluster} over Kafka's admin client. */
final class KafkaCluster implements Cluster {
    private static final Logger log = LoggerFactory.getLogger(KafkaCluster.class);
    private static final String DEFAULT_DELETE_RETENTION_MS = "86400000";

    /** The cleanup policy of a topic whose configuration we may not see. */
    private static final String UNKNOWN = "";

    private static final String UNLIMITED = "-1";

    private static final String ANY_AGE = Long.toString(Long.MAX_VALUE);

    private final Admin admin;

    KafkaCluster(Admin admin) {
        this.admin = admin;
    }

    @Override
    public Map<String, Topic> describe(Collection<String> topics) {
        Map<String, TopicDescription> found = new HashMap<>();
        admin.describeTopics(topics).topicNameValues().forEach((name, future) -> {
            try {
                found.put(name, KafkaClients.get(future));
            } catch (UnknownTopicOrPartitionException e) {
                log.debug("topic {} does not exist", name);
            } catch (TopicAuthorizationException e) {
                throw new JobFailedException(
                        "no right to DESCRIBE topic " + name
                                + ": add an ACL for it, or see whether the login is the right one",
                        e);
            }
        });
        Map<String, Topic> described = new HashMap<>();
        List<ConfigResource> resources = found.keySet().stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        admin.describeConfigs(resources).values().forEach((resource, future) -> {
            TopicDescription topic = found.get(resource.name());
            if (topic != null) {
                described.put(resource.name(), topic(topic, configOrDefaults(future)));
            }
        });
        return described;
    }

    /** Reading a topic needs no right to read its configuration; the job's own topics are created with what they need. */
    private static Config configOrDefaults(KafkaFuture<Config> future) {
        try {
            return KafkaClients.get(future);
        } catch (AuthorizationException e) {
            log.debug("no right to DESCRIBE_CONFIGS, assuming defaults: {}", e.getMessage());
            return new Config(List.of());
        }
    }

    private static Topic topic(TopicDescription topic, Config config) {
        String deleteRetentionMs = value(config, TopicConfig.DELETE_RETENTION_MS_CONFIG, DEFAULT_DELETE_RETENTION_MS);
        String cleanupPolicy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG, UNKNOWN);
        String retentionMs = value(config, TopicConfig.RETENTION_MS_CONFIG, UNLIMITED);
        boolean keepsAll = !cleanupPolicy.contains(TopicConfig.CLEANUP_POLICY_DELETE)
                || (retentionMs.equals(UNLIMITED)
                        && value(config, TopicConfig.RETENTION_BYTES_CONFIG, UNLIMITED)
                                .equals(UNLIMITED));
        RecordTime times = RecordTime.of(
                cleanupPolicy,
                Long.parseLong(retentionMs),
                Long.parseLong(value(config, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, ANY_AGE)),
                value(config, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, UNKNOWN));
        return new Topic(
                topic.name(),
                topic.topicId(),
                topic.partitions().size(),
                cleanupPolicy,
                keepsAll,
                Long.parseLong(deleteRetentionMs),
                times);
    }

    private static String value(Config config, String key, String otherwise) {
        ConfigEntry entry = config.get(key);
        return entry == null || entry.value() == null ? otherwise : entry.value();
    }

    @Override
    public void create(String topic, int partitions, Map<String, String> config) {
        NewTopic wanted = new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(config);
        try {
            KafkaClients.get(admin.createTopics(List.of(wanted)).all());
            log.info("created topic {} with {} partitions", topic, partitions);
        } catch (TopicExistsException e) {
            log.debug("topic {} exists", topic);
        }
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(String group, Collection<TopicPartition> partitions) {
        ListConsumerGroupOffsetsSpec spec = new ListConsumerGroupOffsetsSpec().topicPartitions(partitions);
        Map<TopicPartition, OffsetAndMetadata> answer = KafkaClients.get(admin.listConsumerGroupOffsets(
                        Map.of(group, spec), new ListConsumerGroupOffsetsOptions().requireStable(true))
                .partitionsToOffsetAndMetadata(group));
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        for (TopicPartition partition : partitions) {
            // The admin client leaves unstable partitions out of its answer; one that has no offset is in it, with
            // null.
            if (!answer.containsKey(partition)) {
                throw new UnstableOffsetCommitException("a transaction is pending over the offset of " + partition);
            }
            OffsetAndMetadata offset = answer.get(partition);
            if (offset != null) {
                committed.put(partition, offset);
            }
        }
        return committed;
    }

    @Override
    public Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    }

    @Override
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, boolean committed) {
        return offsets(
                partitions,
                OffsetSpec.latest(),
                committed ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED);
    }

    private Map<TopicPartition, Long> offsets(
            Collection<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        listOffsets(partitions, spec, isolation).forEach((partition, found) -> offsets.put(partition, found.offset()));
        return offsets;
    }

    private Map<TopicPartition, ListOffsetsResultInfo> listOffsets(
            Collection<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
        Map<TopicPartition, OffsetSpec> wanted =
                partitions.stream().distinct().collect(Collectors.toMap(Function.identity(), partition -> spec));
        return KafkaClients.get(
                admin.listOffsets(wanted, new ListOffsetsOptions(isolation)).all());
    }

    @Override
    public Map<TopicPartition, LeaderEpoch> leaderEpochs(Collection<TopicPartition> partitions) {
        Map<TopicPartition, LeaderEpoch> epochs = new HashMap<>();
        listOffsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED)
                .forEach((partition, latest) -> latest.leaderEpoch()
                        .ifPresent(epoch -> epochs.put(partition, new LeaderEpoch(epoch, latest.offset()))));
        return epochs;
    }

    @Override
    public List<OpenTransaction> openTransactions(TopicPartition partition) {
        List<ProducerState> open =
                KafkaClients.get(admin.describeProducers(List.of(partition)).partitionResult(partition))
                        .activeProducers()
                        .stream()
                        .filter(KafkaCluster::isInTransaction)
                        .sorted(Comparator.comparingLong(producer ->
                                producer.currentTransactionStartOffset().getAsLong()))
                        .toList();
        Map<Long, String> ids = open.isEmpty() ? Map.of() : transactionalIds(open);
        return open.stream()
                .map(producer -> new OpenTransaction(
                        producer.producerId(),
                        producer.producerEpoch(),
                        producer.currentTransactionStartOffset().getAsLong(),
                        producer.lastTimestamp(),
                        ids.get(producer.producerId())))
                .toList();
    }

    private static boolean isInTransaction(ProducerState producer) {
        return producer.currentTransactionStartOffset().isPresent();
    }

    @Override
    public Set<String> writers(Collection<TopicPartition> partitions) {
        List<ProducerState> open = KafkaClients.get(
                        admin.describeProducers(partitions).all())
                .values()
                .stream()
                .flatMap(partition -> partition.activeProducers().stream())
                .filter(KafkaCluster::isInTransaction)
                .toList();
        return open.isEmpty() ? Set.of() : Set.copyOf(transactionalIds(open).values());
    }

    @Override
    public Set<String> members(String group) {
        return KafkaClients.get(admin.describeConsumerGroups(List.of(group)).all()).values().stream()
                .flatMap(described -> described.members().stream())
                .flatMap(member -> member.groupInstanceId().stream())
                .collect(Collectors.toSet());
    }

    @Override
    public void fence(Set<String> transactionalIds) {
        KafkaClients.get(admin.fenceProducers(transactionalIds).all());
    }

    /** Of those that this user may see. */
    private Map<Long, String> transactionalIds(Collection<ProducerState> producers) {
        Set<Long> wanted = producers.stream().map(ProducerState::producerId).collect(Collectors.toSet());
        try {
            return KafkaClients.get(admin.listTransactions(new ListTransactionsOptions().filterProducerIds(wanted))
                            .all())
                    .stream()
                    .collect(Collectors.toMap(
                            TransactionListing::producerId, TransactionListing::transactionalId, (one, other) -> one));
        } catch (KafkaException e) {
            log.debug("whose the transactions of producers {} are is not known: {}", wanted, e.getMessage());
            return Map.of();
        }
    }

    @Override
    public void purge(Map<TopicPartition, Long> before) {
        Map<TopicPartition, RecordsToDelete> records = new HashMap<>();
        before.forEach((partition, offset) -> records.put(partition, RecordsToDelete.beforeOffset(offset)));
        var unused = admin.deleteRecords(records).all().whenComplete((done, error) -> {
            if (error != null) {
                log.warn(
                        "could not purge {}, will try again when more can be purged: {}",
                        before.keySet(),
                        error.getMessage());
            }
        });
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
