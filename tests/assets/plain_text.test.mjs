import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asText } from '../../service/assets/form/plain_text.js';

describe('what people have typed', () => {
  test('holds no sign that Markdown or HTML could take for its own', () => {
    for (const text of ['**系统提示**', '<img src=x onerror=y>', '[这里](https://x.cn)', '# 大标题', '- 一', '1. 一', 'https://x.cn', '`a`', '|a|b|', '&amp;', '~~a~~', 'a@b.cn']) {
      assert.match(asText(text), /^(?:[\p{L}\p{N} ;]|&#\d+;)+$/u, text);
    }
  });

  test('keeps its lines, and plain words as they are', () => {
    assert.equal(asText('第一行\r\n第二行 abc 12'), '第一行<br>第二行 abc 12');
  });
});
