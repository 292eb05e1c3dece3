package io.millrace.engine.operator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends records within the worker's open transaction. Call only from the worker. */
public interface RecordSender {
    /**
     * @param partition the partition, or -1 to let Kafka choose by the key
     * @param timeMs event time; the sender turns it into a record timestamp that a broker accepts
     * @throws RecordTooLargeException if no broker would take it; nothing was sent
     */
    void send(
            String topic,
            int partition,
            long timeMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RecordHeader> headers);

    /** Whether the open transaction has reached its bound in records or bytes. */
    boolean isFull();
}
