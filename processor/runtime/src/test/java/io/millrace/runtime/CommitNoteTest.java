package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Progress;
import io.millrace.serde.DecodeException;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class CommitNoteTest {
    private static final Uuid CLICKS = Uuid.fromString("MkTRaAvETXe0b1rCbGxTug");
    private static final Progress PROGRESS =
            new Progress(12, -1, false, false, List.of(new Progress.Channel(15, ChannelStatus.ACTIVE)));

    @Test
    void reads_what_it_writes() {
        CommitNote note = new CommitNote(CLICKS, PROGRESS);
        assertThat(CommitNote.decode(note.encode())).isEqualTo(note);
    }

    @Test
    void an_offset_that_another_tool_has_set_may_be_of_any_topic() {
        CommitNote note = CommitNote.decode("");
        assertThat(note.progress()).isEqualTo(Progress.START);
        assertThat(note.isOfAnother(CLICKS)).isFalse();
        assertThat(CommitNote.decode(PROGRESS.encode()).isOfAnother(CLICKS)).isFalse();
    }

    @Test
    void an_offset_is_of_the_topic_with_its_id_only() {
        CommitNote note = new CommitNote(CLICKS, PROGRESS);
        assertThat(note.isOfAnother(CLICKS)).isFalse();
        assertThat(note.isOfAnother(Uuid.randomUuid())).isTrue();
    }

    @Test
    void metadata_of_another_consumer_is_refused() {
        assertThatThrownBy(() -> CommitNote.decode("owner: somebody else")).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> CommitNote.decode("x:" + PROGRESS.encode())).isInstanceOf(DecodeException.class);
    }
}
