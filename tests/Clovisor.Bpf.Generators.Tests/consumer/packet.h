struct packet { __u32 length; __u32 mark; };
