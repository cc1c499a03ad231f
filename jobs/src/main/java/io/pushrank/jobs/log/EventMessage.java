package io.pushrank.jobs.log;

import org.apache.logging.log4j.message.MapMessage;

/** Something that happened: words for people, and named values that stay numbers in JSON. */
final class EventMessage extends MapMessage<EventMessage, Object> {
    private static final long serialVersionUID = 1L;

    private final String words;

    EventMessage(String words) {
        this.words = words;
    }

    /** The words alone: the values are fields of their own. */
    @Override
    public String getFormattedMessage() {
        return words;
    }

    @Override
    public void formatTo(StringBuilder buffer) {
        buffer.append(words);
    }

    @Override
    public String getFormattedMessage(String[] formats) {
        return words;
    }
}
