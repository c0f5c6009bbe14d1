<?php
// Installs WordPress in an empty database with the article that comes on stdin as JSON, and prints its path.
define( 'WP_INSTALLING', true );
$_SERVER['HTTP_HOST'] = $argv[2];
require $argv[1] . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

$content = json_decode( stream_get_contents( STDIN ), true );
wp_install( 'WordPress', 'bench', 'bench@hidden.invalid', true, '', wp_generate_password() );
update_option( 'permalink_structure', '' );
update_option( 'comments_notify', 0 );
update_option( 'moderation_notify', 0 );
update_option( 'comment_max_links', 0 );
update_option( 'thread_comments', 1 );
update_option( 'page_comments', 0 );
update_option( 'show_avatars', 0 );
switch_theme( $argv[3] );

$post = wp_insert_post(
	array(
		'post_title'   => $content['title'],
		'post_name'    => 'article',
		'post_content' => $content['page'],
		'post_status'  => 'publish',
		'post_author'  => 1,
	)
);
$known = array();
foreach ( $content['replies'] as $reply ) {
	$known[] = wp_insert_comment(
		array(
			'comment_post_ID'      => $post,
			'comment_author'       => $reply['name'],
			'comment_author_email' => 'reader@hidden.invalid',
			'comment_content'      => $reply['text'],
			'comment_parent'       => null === $reply['answers'] ? 0 : $known[ $reply['answers'] ],
			'comment_approved'     => 1,
		)
	);
}
echo '/?p=' . $post;
