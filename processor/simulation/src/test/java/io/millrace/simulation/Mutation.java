package io.millrace.simulation;

import io.millrace.runtime.ClientFactory;
import io.millrace.runtime.Cluster;
import io.millrace.state.StateBackend;
import io.millrace.state.StateBatch;
import io.millrace.state.TaskState;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Mistakes that the runtime could make, each made on purpose where it meets the clients or the disk. */
enum Mutation {
    /** The commit is only made when the next transaction begins: local state is written before. */
    STATE_BEFORE_COMMIT {
        @Override
        Intercepted.Handler producer(SimulatedKafka kafka) {
            boolean[] owed = new boolean[1];
            return call -> {
                if (call.is("commitTransaction")) {
                    owed[0] = true;
                    return null;
                }
                if (owed[0] && call.is("beginTransaction")) {
                    owed[0] = false;
                    ((Producer<?, ?>) call.real()).commitTransaction();
                }
                return call.pass();
            };
        }
    },
    /** The offsets of one partition are forgotten. */
    OFFSETS_LEFT_OUT {
        @Override
        Intercepted.Handler producer(SimulatedKafka kafka) {
            return call -> {
                if (!call.is("sendOffsetsToTransaction")) {
                    return call.pass();
                }
                Map<TopicPartition, OffsetAndMetadata> fewer = new TreeMap<>(Text.order());
                fewer.putAll(offsets(call));
                if (fewer.size() > 1) {
                    fewer.remove(fewer.keySet().iterator().next());
                }
                return call.with(0, fewer).pass();
            };
        }
    },
    /** Nobody waits until the last record is written. */
    OFFSETS_BEFORE_FLUSH {
        @Override
        Intercepted.Handler producer(SimulatedKafka kafka) {
            Deque<Intercepted.Call> unsent = new ArrayDeque<>();
            return call -> {
                if (call.is("send")) {
                    unsent.add(call);
                    return unsent.size() > 1 ? unsent.remove().pass() : null;
                }
                if (call.is("commitTransaction") || call.is("abortTransaction")) {
                    unsent.clear();
                }
                return call.is("flush") ? null : call.pass();
            };
        }
    },
    /** Offsets are committed as nobody in particular, so that nobody is refused. */
    UNFENCED_OFFSETS {
        @Override
        Intercepted.Handler consumer() {
            return call -> call.is("groupMetadata") ? new ConsumerGroupMetadata("job") : call.pass();
        }
    },
    /** The first generation is used for ever. */
    CACHED_GENERATION {
        @Override
        Intercepted.Handler consumer() {
            ConsumerGroupMetadata[] first = new ConsumerGroupMetadata[1];
            return call -> {
                if (!call.is("groupMetadata")) {
                    return call.pass();
                }
                if (first[0] == null) {
                    first[0] = (ConsumerGroupMetadata) call.pass();
                }
                return first[0];
            };
        }
    },
    /** Tasks that are lost are treated as if they were revoked. */
    COMMIT_IN_LOST {
        @Override
        Intercepted.Handler consumer() {
            return listening(call -> {
                if (call.is("onPartitionsLost")) {
                    ((ConsumerRebalanceListener) call.real()).onPartitionsRevoked(partitions(call));
                    return null;
                }
                return call.pass();
            });
        }
    },
    /** Tasks that are revoked go on. */
    TASK_NOT_CLOSED_ON_REVOKE {
        @Override
        Intercepted.Handler consumer() {
            return listening(call -> call.is("onPartitionsRevoked") ? null : call.pass());
        }
    },
    /** Changelogs are read from their beginning, whatever the disk has. */
    RESTORE_FROM_THE_BEGINNING {
        @Override
        Intercepted.Handler consumer() {
            return call -> {
                boolean changelog = call.is("seek") && ((TopicPartition) present(call.argument(0))).topic().endsWith("-changelog");
                if (!changelog) {
                    return call.pass();
                }
                Object beginning = call.argument(1) instanceof Long ? (Object) 0L : new OffsetAndMetadata(0);
                return call.with(1, beginning).pass();
            };
        }
    },
    /** Committed offsets are read although a transaction over them has not ended. */
    PENDING_TRANSACTION_NOT_AWAITED {
        @Override
        Intercepted.Handler cluster(SimulatedKafka kafka) {
            return call -> {
                if (!call.is("committed")) {
                    return call.pass();
                }
                Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
                for (TopicPartition partition : partitionsOf(call.argument(1))) {
                    OffsetAndMetadata offset = kafka.group().committed(partition);
                    if (offset != null) {
                        committed.put(partition, offset);
                    }
                }
                return committed;
            };
        }
    },
    /** Changelogs are read up to their last stable offset only, where markers may still be missing. */
    RESTORE_TO_THE_STABLE_END {
        @Override
        Intercepted.Handler cluster(SimulatedKafka kafka) {
            return call -> call.is("ends") ? call.with(1, true).pass() : call.pass();
        }
    },
    /** The changes of some keys are not sent. */
    CHANGES_SKIPPED {
        @Override
        Intercepted.Handler producer(SimulatedKafka kafka) {
            return call -> {
                if (call.is("send")) {
                    ProducerRecord<?, ?> record = (ProducerRecord<?, ?>) present(call.argument(0));
                    byte[] key = (byte[]) record.key();
                    if (record.topic().endsWith("-changelog") && (key[key.length - 1] & 1) == 1) {
                        return null;
                    }
                }
                return call.pass();
            };
        }
    },
    /** What was sent before an abort is committed with what comes after it. */
    ABORT_KEEPS_WHAT_WAS_SENT {
        @Override
        Intercepted.Handler producer(SimulatedKafka kafka) {
            boolean[] kept = new boolean[1];
            return call -> {
                if (call.is("abortTransaction")) {
                    kept[0] = true;
                    return null;
                }
                if (kept[0] && call.is("beginTransaction")) {
                    kept[0] = false;
                    return null;
                }
                return call.pass();
            };
        }
    },
    /** Offsets are committed without how far event time had come. */
    WATERMARK_NOT_PERSISTED {
        @Override
        Intercepted.Handler producer(SimulatedKafka kafka) {
            return call -> {
                if (!call.is("sendOffsetsToTransaction")) {
                    return call.pass();
                }
                Map<TopicPartition, OffsetAndMetadata> bare = new HashMap<>();
                offsets(call).forEach(
                        (partition, offset) -> bare.put(partition, new OffsetAndMetadata(offset.offset(), "")));
                return call.with(0, bare).pass();
            };
        }
    },
    /** A new holder of a transactional id goes on where the one before stood. */
    EPOCH_NOT_BUMPED {
        @Override
        Intercepted.Handler producer(SimulatedKafka kafka) {
            return call -> call.is("initTransactions") && ((SimulatedProducer) call.real()).takeUpUnchanged()
                    ? null
                    : call.pass();
        }
    },
    /** Records of open and aborted transactions are read. */
    UNCOMMITTED_RECORDS_READ {
        @Override
        Map<String, Object> consumerSettings(Map<String, Object> settings) {
            Map<String, Object> changed = new HashMap<>(settings);
            changed.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
            return changed;
        }
    },
    /** Repartition topics are cut above what was processed. */
    PURGE_TOO_FAR {
        @Override
        Intercepted.Handler cluster(SimulatedKafka kafka) {
            return call -> {
                if (!call.is("purge")) {
                    return call.pass();
                }
                Map<TopicPartition, Long> further = new HashMap<>();
                ((Map<?, ?>) present(call.argument(0)))
                        .forEach((partition, offset) -> further.put((TopicPartition) partition, (Long) offset + 3));
                return call.with(0, further).pass();
            };
        }
    },
    /** Tasks are handed over in one round, without waiting until they were given up. */
    HASTY_ASSIGNOR {
        @Override
        Map<String, Object> consumerSettings(Map<String, Object> settings) {
            Map<String, Object> changed = new HashMap<>(settings);
            changed.computeIfPresent(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                    (name, before) -> List.of(HastyAssignor.class.getName()));
            return changed;
        }
    },
    /** What a restoration or a checkpoint has changed is dropped now and then, and its position is kept. */
    STATE_LOSES_A_BATCH {
        @Override
        Intercepted.Handler state() {
            int[] count = new int[1];
            return call -> {
                if (call.is("apply") && ++count[0] % 5 == 0) {
                    TaskState real = (TaskState) call.real();
                    ((StateBatch) present(call.argument(0))).close();
                    return call.with(0, real.newBatch()).pass();
                }
                return call.pass();
            };
        }
    },
    /** State and position are not written as one. */
    POSITION_LEFT_BEHIND {
        @Override
        Intercepted.Handler state() {
            return call -> {
                byte[] before = call.is("apply") ? ((TaskState) call.real()).position() : null;
                return before == null ? call.pass() : call.with(1, before).pass();
            };
        }
    };

    Intercepted.Handler producer(SimulatedKafka kafka) {
        return Intercepted.Call::pass;
    }

    Intercepted.Handler consumer() {
        return Intercepted.Call::pass;
    }

    Map<String, Object> consumerSettings(Map<String, Object> settings) {
        return settings;
    }

    Intercepted.Handler cluster(SimulatedKafka kafka) {
        return Intercepted.Call::pass;
    }

    Intercepted.Handler state() {
        return Intercepted.Call::pass;
    }

    /** The seams with this mistake in them. */
    Seams seams() {
        return new Seams() {
            @Override
            public ClientFactory clients(ClientFactory real, SimulatedKafka kafka) {
                return new MutatedClients(real, kafka);
            }

            @Override
            public StateBackend state(StateBackend real) {
                return Intercepted.of(
                        StateBackend.class,
                        real,
                        call -> call.is("open")
                                ? Intercepted.of(
                                        TaskState.class, (TaskState) present(call.pass()), Mutation.this.state())
                                : call.pass());
            }
        };
    }

    private final class MutatedClients implements ClientFactory {
        private final ClientFactory real;
        private final SimulatedKafka kafka;

        MutatedClients(ClientFactory real, SimulatedKafka kafka) {
            this.real = real;
            this.kafka = kafka;
        }

        @Override
        @SuppressWarnings("unchecked")
        public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
            return Intercepted.of(
                    Consumer.class, real.consumer(consumerSettings(settings)), Mutation.this.consumer());
        }

        @Override
        @SuppressWarnings("unchecked")
        public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
            return Intercepted.of(Producer.class, real.producer(settings), Mutation.this.producer(kafka));
        }

        @Override
        public Cluster cluster() {
            return Intercepted.of(Cluster.class, real.cluster(), Mutation.this.cluster(kafka));
        }
    }

    /** A consumer whose rebalance listener hears something else. */
    private static Intercepted.Handler listening(Intercepted.Handler heard) {
        return call -> {
            if (!call.is("subscribe")) {
                return call.pass();
            }
            ConsumerRebalanceListener listener = (ConsumerRebalanceListener) present(call.argument(1));
            return call.with(1, Intercepted.of(ConsumerRebalanceListener.class, listener, heard))
                    .pass();
        };
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Intercepted.Call call) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        ((Map<?, ?>) present(call.argument(0)))
                .forEach((partition, offset) -> offsets.put((TopicPartition) partition, (OffsetAndMetadata) offset));
        return offsets;
    }

    private static Collection<TopicPartition> partitions(Intercepted.Call call) {
        return partitionsOf(call.argument(0));
    }

    private static Collection<TopicPartition> partitionsOf(@Nullable Object argument) {
        return ((Collection<?>) present(argument))
                .stream().map(TopicPartition.class::cast).toList();
    }

    private static Object present(@Nullable Object value) {
        if (value == null) {
            throw new AssertionError("an argument is missing");
        }
        return value;
    }
}
