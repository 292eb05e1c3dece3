package io.millrace.app.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

final class RandomFaultsTest {
    private static final RequestHeader HEADER =
            new RequestHeader(ApiKeys.END_TXN, ApiKeys.END_TXN.latestVersion(), "a-client", 17);

    @Test
    void the_nth_request_of_a_kind_at_a_broker_always_meets_the_same_fate_under_one_seed() {
        List<Fate> fates = fates(1, 0);
        assertThat(fates(1, 0)).isEqualTo(fates);
        assertThat(fates(2, 0)).isNotEqualTo(fates);
        assertThat(fates(1, 1)).isNotEqualTo(fates);
    }

    @Test
    void about_as_many_meet_a_fault_as_should_and_every_kind_of_fault_comes() {
        List<Fate> faults = fates(3, 0).stream()
                .filter(fate -> !(fate instanceof Fate.Forward))
                .toList();
        assertThat(faults.size()).isBetween(150, 250);
        assertThat(faults)
                .contains(Fate.CUT, Fate.LOSE_RESPONSE, new Fate.Answer(Errors.PRODUCER_FENCED))
                .hasAtLeastOneElementOfType(Fate.Delay.class);
    }

    @Test
    void a_refusal_is_a_response_to_the_request() {
        byte[] refusal = request(0).refusal(Errors.NOT_COORDINATOR);
        EndTxnResponse response = (EndTxnResponse) AbstractResponse.parseResponse(ByteBuffer.wrap(refusal), HEADER);
        assertThat(response.error()).isEqualTo(Errors.NOT_COORDINATOR);
    }

    private static List<Fate> fates(long seed, int broker) {
        RandomFaults rule = new RandomFaults(seed);
        return IntStream.range(0, 10_000)
                .mapToObj(i -> rule.fate(request(broker)))
                .toList();
    }

    private static WireRequest request(int broker) {
        EndTxnRequestData asked = new EndTxnRequestData()
                .setTransactionalId("tx")
                .setProducerId(1)
                .setProducerEpoch((short) 2)
                .setCommitted(true);
        ByteBuffer frame = new EndTxnRequest.Builder(asked, true)
                .build(HEADER.apiVersion())
                .serializeWithHeader(HEADER);
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return new WireRequest(broker, bytes);
    }
}
