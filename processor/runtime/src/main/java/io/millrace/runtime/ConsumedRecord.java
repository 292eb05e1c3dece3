package io.millrace.runtime;

import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.task.InputRecord;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Shows one Kafka record after the other as {@link InputRecord}, so that none is copied. */
final class ConsumedRecord implements InputRecord {
    private @Nullable ConsumerRecord<byte[], byte[]> record;

    ConsumedRecord of(ConsumerRecord<byte[], byte[]> next) {
        record = next;
        return this;
    }

    private ConsumerRecord<byte[], byte[]> record() {
        if (record == null) {
            throw new IllegalStateException("no record is shown");
        }
        return record;
    }

    @Override
    public String topic() {
        return record().topic();
    }

    @Override
    public int partition() {
        return record().partition();
    }

    @Override
    public long offset() {
        return record().offset();
    }

    @Override
    public long timestampMs() {
        return record().timestamp();
    }

    @Override
    public byte @Nullable [] key() {
        return record().key();
    }

    @Override
    public byte @Nullable [] value() {
        return record().value();
    }

    @Override
    public List<RecordHeader> headers() {
        List<RecordHeader> headers = new ArrayList<>();
        for (Header header : record().headers()) {
            headers.add(new RecordHeader(header.key(), header.value()));
        }
        return headers;
    }
}
